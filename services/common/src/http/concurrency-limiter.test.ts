import { expect, test } from "vitest";
import { ConcurrencyLimiter } from "./concurrency-limiter.ts";

const stays = new AbortController().signal;
const busy = (retrySeconds: number) =>
  expect.objectContaining({ status: 503, code: "busy", headers: { "Retry-After": String(retrySeconds) } });

/** Work that ends on demand. `begun` lists what runs or ran, in order. */
function workshop() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  return { begun, work, end: (name: string) => ends.get(name)?.() };
}

test("one client can hold only a part of the slots, and a released slot is free again", () => {
  const limiter = new ConcurrencyLimiter({ slots: 3, slotsPerClient: 2, retrySeconds: 7 });
  const [release] = [limiter.acquire(1), limiter.acquire(1)];
  expect(() => limiter.acquire(1)).toThrow(busy(7));
  limiter.acquire(2);
  expect(() => limiter.acquire(3)).toThrow(busy(7));
  release();
  release();
  limiter.acquire(3);
  expect(() => limiter.acquire(1)).toThrow(busy(7));
});

test("work waits in the order in which it arrived, up to a limit", async () => {
  const { begun, work, end } = workshop();
  const limiter = new ConcurrencyLimiter({ slots: 2, waiting: 2, retrySeconds: 1 });
  const runs = ["a", "b", "c", "d"].map((name) => limiter.run("client", stays, work(name)));
  await expect(limiter.run("client", stays, work("e"))).rejects.toThrow(busy(1));
  expect(() => limiter.acquire("client")).toThrow(busy(1));
  expect(begun).toEqual(["a", "b"]);
  end("b");
  await expect.poll(() => begun).toEqual(["a", "b", "c"]);
  end("c");
  await expect.poll(() => begun).toEqual(["a", "b", "c", "d"]);
  end("a");
  end("d");
  expect(await Promise.all(runs)).toEqual(["a", "b", "c", "d"]);
  expect(await limiter.run("client", stays, async () => "again")).toBe("again");
});

test("one client cannot fill the whole queue", async () => {
  const { begun, work, end } = workshop();
  const limiter = new ConcurrencyLimiter({ slots: 1, waiting: 3, waitingPerClient: 2, retrySeconds: 1 });
  const runs = ["a", "b", "c"].map((name) => limiter.run("flooding", stays, work(name)));
  await expect(limiter.run("flooding", stays, work("d"))).rejects.toThrow(busy(1));
  runs.push(limiter.run("other", stays, work("e")));
  await expect(limiter.run("third", stays, work("f"))).rejects.toThrow(busy(1));
  end("a");
  await expect.poll(() => begun).toEqual(["a", "b"]);
  runs.push(limiter.run("flooding", stays, work("g")));
  for (const name of ["b", "c", "e", "g"]) {
    await expect.poll(() => begun).toContain(name);
    end(name);
  }
  expect(await Promise.all(runs)).toEqual(["a", "b", "c", "e", "g"]);
});

test("other clients overtake a client that holds all slots it may have", async () => {
  const { begun, work, end } = workshop();
  const limiter = new ConcurrencyLimiter({ slots: 2, slotsPerClient: 1, waiting: 9, retrySeconds: 1 });
  const runs = [
    limiter.run("first", stays, work("a")),
    limiter.run("first", stays, work("b")),
    limiter.run("second", stays, work("c")),
    limiter.run("third", stays, work("d")),
  ];
  await expect.poll(() => begun).toEqual(["a", "c"]);
  end("c");
  await expect.poll(() => begun).toEqual(["a", "c", "d"]);
  end("a");
  await expect.poll(() => begun).toEqual(["a", "c", "d", "b"]);
  end("b");
  end("d");
  expect(await Promise.all(runs)).toEqual(["a", "b", "c", "d"]);
});

test("work that fails releases its slot", async () => {
  const limiter = new ConcurrencyLimiter({ slots: 1, waiting: 1, retrySeconds: 1 });
  const failing = limiter.run("client", stays, () => Promise.reject(new Error("no")));
  const next = limiter.run("client", stays, async () => "next");
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("next");
});

test("a client that disconnects while it waits leaves the queue, and its work never runs", async () => {
  const { begun, work, end } = workshop();
  const limiter = new ConcurrencyLimiter({ slots: 1, waiting: 1, retrySeconds: 1 });
  const client = new AbortController();
  const first = limiter.run("client", stays, work("first"));
  const gone = limiter.run("client", client.signal, work("gone"));
  client.abort();
  await expect(gone).rejects.toMatchObject({ status: 400, code: "client_gone" });
  const second = limiter.run("client", stays, work("second"));
  end("first");
  await first;
  await expect.poll(() => begun).toEqual(["first", "second"]);
  end("second");
  expect(await second).toBe("second");
  await expect(limiter.run("client", client.signal, work("gone"))).rejects.toMatchObject({
    code: "client_gone",
  });
  expect(begun).toEqual(["first", "second"]);
});
