import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, Customer, UnexpectedAnswer } from "../../../../lib/customer.ts";
import { DevRun } from "../../../../tests/stack/dev-run.ts";
import { StackUnderTest } from "../../../../tests/stack/stack-under-test.ts";
import { openTab } from "../../browser/browser.ts";
import { startChromium } from "../../browser/chromium.ts";
import { canTestPage } from "../../browser/programs.ts";

const sample = { titleNumber: "OW12345678", documentType: "lease" };

let clone: StackUnderTest;
let dev: DevRun;

/** Saves a file as many editors do: another file takes its place. */
async function save(file: string, change: (text: string) => string): Promise<void> {
  const target = path.join(clone.folder, file);
  const beside = path.join(path.dirname(target), ".saved");
  await writeFile(beside, change(await readFile(target, "utf8")));
  await rename(beside, target);
}

const replacing = (old: string, by: string) => (text: string) => {
  if (!text.includes(old)) throw new Error(`the file does not have: ${old}`);
  return text.replace(old, () => by);
};

/** Identifies a container's service process, which a restart replaces. */
async function processesOf(part: string): Promise<string[]> {
  const containers = await clone.containers(part);
  return Promise.all(
    containers.map(async ({ id }) => {
      // The watching process is started as `node`, without a path.
      const find =
        "cd /proc && for p in [0-9]*; do tr '\\0' ' ' < $p/cmdline | " +
        "grep -q '^/[^ ]*/node .*--import=/dev-mode' && echo $p $(cut -d' ' -f22 $p/stat); done; true";
      return (await execa("docker", ["exec", id, "sh", "-c", find])).stdout;
    }),
  );
}

/**
 * Places orders one after the other. On a busy machine a service may restart for longer than the router waits
 * (503), or end a request that takes too long (502). Then the order is sent again, with the same key.
 * @returns the ids
 */
async function placeWhile(customer: Customer, goesOn: () => boolean): Promise<string[]> {
  const ids: string[] = [];
  while (goesOn()) {
    const headers = { "Idempotency-Key": randomUUID() };
    const order = { title_number: sample.titleNumber, document_type: sample.documentType };
    let answer: Answer;
    do {
      await pause(200);
      const body = new URLSearchParams(order);
      answer = await customer.ask("POST", "/orders", { headers, body, token: await customer.validToken() });
    } while (answer.status === 502 || answer.status === 503);
    if (answer.status !== 202) throw new UnexpectedAnswer("/orders", answer);
    ids.push(String(answer.body.order_id));
  }
  return ids;
}

beforeAll(async () => {
  clone = await StackUnderTest.make({ tokenSeconds: "600" });
  dev = await DevRun.start(clone);
}, 600_000);

afterAll(async () => {
  await dev?.end();
  await clone?.remove();
});

describe("npm run dev", () => {
  it("runs a saved file, and leaves services alone that do not import it", async () => {
    const before = await Promise.all(["order-api", "ocr-worker"].map(processesOf));
    const answer = async () => (await fetch(`${dev.url}/authentication/livez`)).text();
    for (const n of [1, 2]) {
      await save("services/auth-api/src/app.ts", (text) =>
        text
          .replace(/\n {2}app\.get\("\/livez".*/, "")
          .replace(
            "createHttpApp(log, requestMetrics(metrics));",
            (all) => `${all}\n  app.get("/livez", (c) => c.text("save ${n}"));`,
          ),
      );
      await dev.untilSaid(/auth-api is live again after [\d.]+ m?s \(services\/auth-api\/src\/app\.ts\)/);
      expect(await answer()).toBe(`save ${n}`);
    }
    expect(await Promise.all(["order-api", "ocr-worker"].map(processesOf))).toEqual(before);
    expect(before.flat().every((each) => /^\d+ \d+$/.test(each))).toBe(true);
  });

  it("restarts the workers for a file that only their page process imports", async () => {
    const [api, workers] = await Promise.all(["auth-api", "ocr-worker"].map(processesOf));
    await save("services/ocr-worker/src/recognition/light/light.ts", (text) => `${text}\n`);
    await dev.untilSaid(/ocr-worker \(2 containers\) is live again after/);
    expect(await processesOf("auth-api")).toEqual(api);
    for (const each of await processesOf("ocr-worker")) expect(workers).not.toContain(each);
  });

  it("shows file and line of a syntax error, and requests wait for the next save", async () => {
    const file = "services/order-api/src/app.ts";
    const [correct, wrong] = ["import ", "imprt "];
    await save(file, replacing(correct, wrong));
    const shown = await dev.untilSaid(/It starts again when you save/);
    expect(shown).toMatch(/✗ order-api does not start: services\/order-api\/src\/app\.ts:1\n/);
    const waiting = fetch(`${dev.url}/openapi.json`);
    await pause(1000);
    await save(file, replacing(wrong, correct));
    expect((await waiting).status).toBe(200);
    await dev.untilSaid(/order-api is live again/);
  });

  it("answers 503 with a reason if no repaired file is saved in time", async () => {
    const file = "services/auth-api/src/main.ts";
    await save(file, replacing("import ", "imprt "));
    await dev.untilSaid(/✗ auth-api does not start: services\/auth-api\/src\/main\.ts:1\n/);
    const answer = await fetch(`${dev.url}/token`, {
      method: "POST",
      body: new URLSearchParams({ username: "alice" }),
    });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("npm run dev");
    await save(file, replacing("imprt ", "import "));
    await dev.untilSaid(/auth-api is live again/);
  });

  it("loses no order and accepts none twice while every service restarts", async () => {
    const customer = new Customer(dev.url);
    let isSaving = true;
    const orders = Promise.all(Array.from({ length: 3 }, () => placeWhile(customer, () => isSaving)));
    // In which order they are live again is not certain. Workers may still restart for the save before.
    const apis = [/auth-api is live again/, /order-api is live again/];
    for (const lives of [apis, apis, [...apis, /ocr-worker \(2 containers\) is live again/]]) {
      await save("services/common/src/http/health.ts", (text) => `${text}\n`);
      await dev.untilAllSaid(...lives);
    }
    isSaving = false;
    const ids = (await orders).flat();
    expect(ids.length).toBeGreaterThan(5);
    for (const id of ids) expect(await customer.ended(id)).toMatchObject({ status: "completed" });
    // Nobody else orders as alice, so an order that was accepted twice would be one more.
    const list = await customer.get("/orders?limit=1", await customer.validToken());
    expect(new Set(ids).size).toBe(ids.length);
    expect(list.body).toMatchObject({ total: ids.length });
  });

  it.runIf(canTestPage)("reloads the page after a save", async () => {
    const browser = await startChromium();
    try {
      const { page, complaints } = await openTab(browser, dev.url);
      await page.goto("/");
      await page.getByRole("button", { name: "alice", exact: true }).waitFor();
      await save("web/index.html", replacing("<title>orbital-witness</title>", "<title>saved</title>"));
      await page.waitForFunction(() => document.title === "saved");
      await dev.untilSaid(/the page is live again after [\d.]+ m?s \(web\/index\.html\)/);
      expect(complaints.filter((line) => line.includes("CSP"))).toEqual([]);
      const { headers } = await fetch(`${dev.url}/`);
      expect(headers.get("content-security-policy")).toMatch(/default-src 'self'/);
      expect(headers.get("content-security-policy")).not.toContain("unsafe");
    } finally {
      await browser.close();
    }
  });

  it("says how to go back, and nothing of dev mode is left then", async () => {
    const inspected = async () => {
      const ids = (await clone.containers()).map(({ id }) => id);
      return (await execa("docker", ["inspect", ...ids])).stdout;
    };
    const traces = /--watch|dev-mode|"\/app\/services\/[^"]*\/src"|\.cache/;
    expect(await inspected()).toMatch(traces);
    expect(await dev.end()).toContain("The stack still runs, with the sources as they were last saved");
    // Not part of any container's process, so only the update brings it into the stack.
    await save("services/auth-api/src/app.ts", replacing('c.text("save 2")', 'c.text("while stopped")'));
    const { url: same } = await clone.up();
    expect(await (await fetch(`${same}/authentication/livez`)).text()).toBe("while stopped");
    expect(await inspected()).not.toMatch(traces);
    expect((await fetch(`${same}/dev/build`)).status).toBe(404);
    expect(await (await fetch(`${same}/`)).text()).not.toContain("reload");
  });
});
