import { expect, test } from "vitest";
import type { ContainerState } from "./container-state.ts";
import { explanation, stateText } from "./explanation.ts";
import { knownCause } from "./known-causes.ts";
import type { LogLine } from "./log-line.ts";
import { probeText, waitsFor } from "./waits-for.ts";

const container = (more: Partial<ContainerState> = {}): ContainerState => ({
  ...{ name: "orbital-witness-local-redis-1a2b3c4", source: "redis", stack: "local", state: "restarting" },
  ...{ restarts: 3, exitCode: 1, outOfMemory: false, startedAt: "2026-11-27T14:05:10Z", probe: "" },
  ...more,
});
const line = (text: string, second = 10): LogLine => ({
  ...{ at: new Date(2026, 10, 27, 14, 5, second).getTime(), source: "redis", level: "warn", text },
  ...{ details: {}, orderIds: [], requestId: undefined, isRead: false },
});
const what = "exits again and again: 3 times in 1.4 s, the last time with code 1";

test("an explanation says what is wrong, what is waited for, the log, the cause and one command", () => {
  const log = [line("find: './appendonlydir': Permission denied")];
  expect(explanation({ container: container(), what, isEnding: true, log })).toBe(`redis ${what}.
  Container: orbital-witness-local-redis-1a2b3c4
  Waits for: nothing: its program ends by itself
  Last health check: it printed nothing
  The last line of its log:
    14:05:10.000 redis        warn  find: './appendonlydir': Permission denied
  Cause: Its volume belongs to the user of another image. With the image of before, all orders are there.
  Next: npm run pulumi -- config set redisImage <the image of before> --stack local`);
});

test("without a known cause, the next command shows more of the log", () => {
  const probe = '{"type":"about:blank","status":503,"detail":"Not ready: redis, queue."}';
  const text = explanation({
    container: container({ source: "ocr-worker-2", stack: "test", state: "starting", probe }),
    what: "is not healthy, and has made no progress for 180 s",
    log: Array.from({ length: 30 }, (_, index) => line(`line ${index}`)),
  });
  expect(text).toContain("\n  Waits for: Redis to answer, and for its place in the queue of Redis\n");
  expect(text).toContain("\n  Last health check: Not ready: redis, queue.\n");
  expect(text).toContain("\n  The last 20 lines of its log:\n    14:05:10.000 redis        warn  line 10\n");
  expect(text).toMatch(/warn {2}line 29\n {2}Next: npm run logs -- ocr-worker-2 --stack test$/);
  expect(text).not.toContain("Cause:");
});

test.each<[Partial<ContainerState>, string]>([
  [
    { state: "starting", probe: "LOADING Redis is loading the dataset in memory" },
    "its data to be loaded from the disk",
  ],
  [{ state: "unhealthy", probe: "NOAUTH Authentication required." }, "a password that Redis accepts"],
  [
    { state: "starting", probe: "Could not connect to Redis at redis:6379: Name or service not known" },
    "Redis to answer",
  ],
  [{ state: "starting", probe: "bash: connect: Connection refused" }, "its own program to answer"],
  [
    { state: "unhealthy", probe: "no answer within 3 s" },
    "its own program to answer, which is busy or hangs",
  ],
  [{ state: "unhealthy", probe: "Not ready: accounts." }, "the file of its users"],
  [{ state: "unhealthy", probe: "Not ready: something." }, "something"],
  [{ state: "starting", probe: "" }, "its first health check"],
  [{ state: "starting", probe: "strange" }, "its health check to succeed"],
  [{ state: "paused" }, "somebody to continue it"],
  [{ state: "restarting" }, "nothing: its program ends by itself"],
  [{ state: "exited" }, "somebody to start it"],
  [{ state: "created" }, "somebody to start it"],
])("what %o waits for", (more, expected) => {
  expect(waitsFor(container(more))).toBe(expected);
});

test("of a health check's output the last line counts, and of a problem document what it says", () => {
  expect(probeText("one\ntwo\n")).toBe("two");
  expect(probeText('a\n{"detail":"Not ready: redis."}')).toBe("Not ready: redis.");
});

test("the state of a container", () => {
  expect(stateText(container())).toBe("restarting with code 1, restarted 3 times");
  expect(stateText(container({ state: "unhealthy", exitCode: undefined, restarts: 1 }))).toBe(
    "unhealthy, restarted 1 time",
  );
});

test("the next command of a paused container names it", () => {
  const paused = container({ state: "paused", exitCode: undefined });
  expect(explanation({ container: paused, what: "is paused", log: [] })).toMatch(
    /empty\.\n {2}Cause: Somebody paused it\.\n {2}Next: docker unpause orbital-witness-local-redis-1a2b3c4$/,
  );
  expect(knownCause(container({ outOfMemory: true }), "")?.cause).toMatch(/more memory than its limit/);
});

test.each([
  ["redis-access", "Redis did not take the users: ERR Error in ACL SETUSER modifier 'x'", /older than 7\.0/],
  ["redis", "sh: 8: echo: echo: I/O error", /disk is full/],
  ["redis", "sh: 3: cd: can't cd to /data", /belongs to the user of another image/],
  ["redis", "Bad file format reading the append only file appendonly.aof.1.incr.aof", /file is damaged/],
  ["auth-api", "Not ready: accounts.", /docs\/accounts\.md/],
  ["ocr-worker-1", "WRONGPASS invalid username-password pair", /does not accept its password/],
  ["order-api", "SyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expected ','", /cannot be loaded/],
])("the cause that %s shows by %j", (source, said, cause) => {
  expect(knownCause(container({ source }), said)?.cause).toMatch(cause);
  expect(knownCause(container({ source }), "stopped")).toBeUndefined();
});

test("each next command is for the stack of the container", () => {
  const next = (stack: string) => knownCause(container({ stack, outOfMemory: true }), "")?.next;
  expect(next("local")).toBe("npm run logs -- redis");
  expect(next("test")).toBe("npm run logs -- redis --stack test");
});
