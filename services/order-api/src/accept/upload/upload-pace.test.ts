import { expect, test, vi } from "vitest";
import { UploadPace } from "./upload-pace.ts";

const never = () => new Promise<never>(() => {});
const tooSlow = { status: 408, code: "upload_too_slow" };

test("an upload that sends nothing for a while is ended", async () => {
  const pace = new UploadPace({ idleMs: 20 });
  await expect(pace.within(never())).rejects.toMatchObject(tooSlow);
});

test("an upload below the least speed is ended, although it never pauses", async () => {
  vi.useFakeTimers();
  const pace = new UploadPace({ firstMs: 1000, leastBytesPerSecond: 1000 });
  const piece = async (bytes: number) => {
    const reading = pace.within(new Promise((resolve) => setTimeout(resolve, 500)));
    reading.catch(() => {});
    await vi.advanceTimersByTimeAsync(500);
    await reading;
    pace.received(bytes);
  };
  for (let count = 0; count < 20; count++) await piece(500);
  const slow = async () => {
    for (let count = 0; count < 5; count++) await piece(10);
  };
  await expect(slow()).rejects.toMatchObject(tooSlow);
  vi.useRealTimers();
});

test("the time in which nobody waits for the client does not count", async () => {
  const pace = new UploadPace({ firstMs: 50, leastBytesPerSecond: 1 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await pace.within(Promise.resolve("piece"))).toBe("piece");
});
