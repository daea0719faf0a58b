import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { takeBuildTurn } from "./build-turn.ts";

test("one build at a time has the turn; the next one waits for its end", async () => {
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
