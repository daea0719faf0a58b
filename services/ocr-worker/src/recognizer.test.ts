import { createLog } from "@orbital-witness/common/log.ts";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { Recognizer } from "./recognizer.ts";

const log = createLog("test", "silent");
const recognizer = new Recognizer(log);
afterAll(() => recognizer.close());

function page(text: string) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="120"><rect width="100%" height="100%" fill="white"/>
    <text x="40" y="75" font-family="DejaVu Sans, Liberation Sans, sans-serif" font-size="40">${text}</text></svg>`;
  return sharp(Buffer.from(svg)).withMetadata({ density: 300 });
}

test("one engine reads PNG and JPEG, page after page", async () => {
  await expect(recognizer.ready()).rejects.toThrow("not loaded");
  expect(await recognizer.read(await page("This lease is dated 1 May 2024").png().toBuffer())).toBe(
    "This lease is dated 1 May 2024",
  );
  const engine = await recognizer.start();
  expect(await recognizer.read(await page("THE TENANT COVENANTS").jpeg().toBuffer())).toBe(
    "THE TENANT COVENANTS",
  );
  expect(await recognizer.start()).toBe(engine);
  await recognizer.ready();
});

test("an empty page is empty text", async () => {
  expect(await recognizer.read(await page("").png().toBuffer())).toBe("");
});

test("a broken image is a failure of its own, and the next page is read", async () => {
  const good = await page("Charge by way of legal mortgage").png().toBuffer();
  const broken = Buffer.from(good);
  broken.fill(0, 60);
  await expect(recognizer.read(broken)).rejects.toMatchObject({ code: "unreadable_image", mayPass: false });
  await expect(recognizer.read(Buffer.from("<html>"))).rejects.toMatchObject({ code: "unreadable_image" });
  expect(await recognizer.read(good)).toBe("Charge by way of legal mortgage");
});

test("a page that takes too long is given up, and the next one is read", async () => {
  const hasty = new Recognizer(log, 5);
  const good = await page("Conveyance").png().toBuffer();
  await expect(hasty.read(good)).rejects.toMatchObject({ code: "page_too_slow", mayPass: false });
  await hasty.ready();
  await hasty.close();
});

test("a thread that dies takes its page along and no other", async () => {
  const good = await page("Title register").png().toBuffer();
  const engine = await recognizer.start();
  const reading = recognizer.read(good);
  // tesseract.js must have sent the page off before its thread can die of it.
  await new Promise(setImmediate);
  await engine.terminate();
  await expect(reading).rejects.toMatchObject({ code: "unreadable_image" });
  expect(await recognizer.read(good)).toBe("Title register");
});
