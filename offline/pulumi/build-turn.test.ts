import { setTimeout as pause } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { scratchFolder } from "../../lib/scratch-folder.ts";

test("one build at a time has the turn; the next one waits for its end", async () => {
  // Real builds take turns by a lock in the real home folder.
  vi.stubEnv("HOME", scratchFolder());
  const { takeBuildTurn } = await import("./build-turn.ts");
  const order: string[] = [];
  const build = async (name: string, ms: number) => {
    using _ = await takeBuildTurn();
    order.push(`${name} begins`);
    await pause(ms);
    order.push(`${name} ends`);
  };
  await Promise.all([build("first", 300), build("second", 0)]);
  expect(order).toEqual(["first begins", "first ends", "second begins", "second ends"]);
});
