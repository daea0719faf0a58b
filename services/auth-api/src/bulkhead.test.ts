import { expect, test } from "vitest";
import { Bulkhead } from "./bulkhead.ts";

const stays = new AbortController().signal;

/** Work that ends when it is told to. `begun` lists what runs or ran, in order. */
function workshop() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  return { begun, work, end: (name: string) => ends.get(name)?.() };
}

test("so many run, so many wait in the order they came, the next is 503", async () => {
  const { begun, work, end } = workshop();
  const bulkhead = new Bulkhead({ running: 2, waiting: 2, waitingOfOne: 2 });
  const runs = ["a", "b", "c", "d"].map((name) => bulkhead.run("client", stays, work(name)));
  await expect(bulkhead.run("client", stays, work("e"))).rejects.toMatchObject({
    status: 503,
    code: "busy",
    headers: { "Retry-After": "1" },
  });
  expect(begun).toEqual(["a", "b"]);
  end("b");
  await expect.poll(() => begun).toEqual(["a", "b", "c"]);
  end("c");
  await expect.poll(() => begun).toEqual(["a", "b", "c", "d"]);
  end("a");
  end("d");
  expect(await Promise.all(runs)).toEqual(["a", "b", "c", "d"]);
  expect(await bulkhead.run("client", stays, async () => "again")).toBe("again");
});

test("one client's flood leaves places for others, and gives its own back as they are done", async () => {
  const { begun, work, end } = workshop();
  const bulkhead = new Bulkhead({ running: 1, waiting: 3, waitingOfOne: 2 });
  const runs = ["a", "b", "c"].map((name) => bulkhead.run("flooding", stays, work(name)));
  await expect(bulkhead.run("flooding", stays, work("d"))).rejects.toMatchObject({ code: "busy" });
  runs.push(bulkhead.run("other", stays, work("e")));
  await expect(bulkhead.run("third", stays, work("f"))).rejects.toMatchObject({ code: "busy" });
  end("a");
  await expect.poll(() => begun).toEqual(["a", "b"]);
  runs.push(bulkhead.run("flooding", stays, work("g")));
  for (const name of ["b", "c", "e", "g"]) {
    await expect.poll(() => begun).toContain(name);
    end(name);
  }
  expect(await Promise.all(runs)).toEqual(["a", "b", "c", "e", "g"]);
});

test("work that fails makes place for the next", async () => {
  const bulkhead = new Bulkhead({ running: 1, waiting: 1, waitingOfOne: 1 });
  const failing = bulkhead.run("client", stays, () => Promise.reject(new Error("no")));
  const next = bulkhead.run("client", stays, async () => "next");
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("next");
});

test("who goes away while waiting is not worked for, and leaves the place to another", async () => {
  const { begun, work, end } = workshop();
  const bulkhead = new Bulkhead({ running: 1, waiting: 1, waitingOfOne: 1 });
  const client = new AbortController();
  const first = bulkhead.run("client", stays, work("first"));
  const gone = bulkhead.run("client", client.signal, work("gone"));
  client.abort();
  await expect(gone).rejects.toMatchObject({ status: 400, code: "client_gone" });
  const second = bulkhead.run("client", stays, work("second"));
  end("first");
  await first;
  await expect.poll(() => begun).toEqual(["first", "second"]);
  end("second");
  expect(await second).toBe("second");
  await expect(bulkhead.run("client", client.signal, work("gone"))).rejects.toMatchObject({
    code: "client_gone",
  });
  expect(begun).toEqual(["first", "second"]);
});
