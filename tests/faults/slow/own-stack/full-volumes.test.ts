import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Customer } from "../../../../lib/customer.ts";
import { StackUnderTest } from "../../../stack/stack-under-test.ts";

const MEBIBYTE = 2 ** 20;
/** The volumes are file systems in memory of this size. */
const VOLUME_MEGABYTES = 256;

const volumes = {
  results: { part: "ocr-worker", folder: "/results" },
  redis: { part: "redis", folder: "/data" },
  uploads: { part: "order-api", folder: "/uploads" },
} as const;

describe("a stack on small volumes", () => {
  let clone: StackUnderTest;
  let customer: Customer;
  let address: string;

  beforeAll(async () => {
    clone = await StackUnderTest.make({ ocrWorkers: "1", tokenSeconds: "3600" });
    const size = `size=${VOLUME_MEGABYTES}m,mode=1777`;
    const small = `, driverOpts: { type: "tmpfs", device: "tmpfs", o: "${size}" }`;
    for (const [file, part] of [
      ["pulumi/index.ts", "results"],
      ["pulumi/index.ts", "uploads"],
      ["pulumi/components/redis.ts", "redis-data"],
    ] as const) {
      const labels = `labels: labelsOf("${part}")`;
      await clone.edit(file, (text) => text.replace(labels, `${labels}${small}`));
    }
    const { url } = await clone.up();
    address = url;
    customer = new Customer(url);
  });

  afterAll(async () => {
    await clone?.remove();
  });

  const order = (titleNumber = "OW12345678") => customer.order(titleNumber, "lease");
  /** There is no such document, so an accepted order ends at once. */
  const probe = () => order("OW99999999");
  const place = async () => {
    const { status, body } = await order();
    expect(status).toBe(202);
    return String(body.order_id);
  };
  const expectCompleted = async (id: string) => {
    const { view } = await customer.delivery(id, "alice", 200);
    expect(view).toMatchObject({ status: "completed" });
    return view;
  };

  /** Fills the volume until only this many bytes are free. The end of the test makes room again. */
  const leave = async (volume: keyof typeof volumes, freeBytes: number) => {
    const { part, folder } = volumes[volume];
    const { id } = await clone.container(part);
    const ballast = `${folder}/ballast`;
    const run = (script: string) => execa("docker", ["exec", id, "sh", "-c", script]);
    const undo = async () => {
      await run(`rm -f ${ballast}`);
    };
    onTestFinished(undo);
    const free = `$(df --output=avail -B 1 ${folder} | tail -n 1)`;
    await run(`head -c $((${free} - ${freeBytes})) /dev/zero > ${ballast}`);
    return undo;
  };

  it.each(["results", "redis"] as const)(
    "refuses orders with 503 `store_full` while the %s volume is nearly full",
    async (volume) => {
      await expectCompleted(await place());
      const undo = await leave(volume, 90 * MEBIBYTE);
      await expect.poll(async () => (await probe()).status, { timeout: 10_000 }).toBe(503);
      const { body, headers } = await probe();
      expect(body).toMatchObject({ code: "store_full" });
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      await undo();
      await expect.poll(async () => (await probe()).status, { timeout: 10_000 }).toBe(202);
    },
  );

  /** Uploads a PDF in two parts, and calls `between` after the first one. The document is not a real one. */
  const upload = async (between: () => Promise<unknown>) => {
    const boundary = "the-boundary";
    const head =
      `--${boundary}\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n\r\n` +
      `%PDF-1.7\n${" ".repeat(MEBIBYTE)}`;
    async function* body() {
      yield Buffer.from(head);
      await between();
      yield Buffer.from(`${" ".repeat(4 * MEBIBYTE)}\r\n--${boundary}--\r\n`);
    }
    const response = await fetch(`${address}/orders`, {
      method: "POST",
      body: ReadableStream.from(body()),
      duplex: "half",
      headers: {
        Authorization: `Bearer ${await customer.token()}`,
        "Content-Type": `multipart/form-data; boundary=${boundary}`,
      },
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const uploadedFiles = async () => {
    const { id } = await clone.container("order-api");
    const { stdout } = await execa("docker", ["exec", id, "ls", "/uploads"]);
    return stdout.split("\n").filter((name) => name !== "" && name !== "ballast");
  };

  it.each([
    ["is nearly full", () => leave("uploads", 90 * MEBIBYTE), async () => {}],
    ["becomes full while a document arrives", async () => {}, () => leave("uploads", 0)],
  ])(
    "refuses an upload with 503 `store_full` if its volume %s, and keeps nothing",
    async (_, before, between) => {
      const ids = await customer.orderIds();
      await before();
      const { status, headers, body } = await upload(between);
      expect([status, body]).toEqual([503, expect.objectContaining({ code: "store_full" })]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await uploadedFiles()).toEqual([]);
      expect(await customer.orderIds()).toEqual(ids);
    },
  );

  it("keeps accepted orders waiting while nothing can be written, and then completes them", async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, place));
    const undo = await leave("results", 0);
    // Several times longer than the six orders take on a volume with room.
    await new Promise((resolve) => setTimeout(resolve, 25_000));
    const token = await customer.token();
    const views = await Promise.all(ids.map(async (id) => (await customer.get(`/orders/${id}`, token)).body));
    const statuses = views.map(({ status }) => status);
    expect(statuses).not.toContain("failed");
    expect(statuses.filter((status) => status !== "completed").length).toBeGreaterThan(0);
    await undo();
    for (const id of ids) await expectCompleted(id);
  });
});
