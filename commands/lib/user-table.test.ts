import { expect, test } from "vitest";
import { userTable } from "./user-table.ts";

test("users are listed in columns", () => {
  const common = { createdAt: "2026-01-02T03:04:05.678Z", updatedAt: "2026-02-03T03:04:05.678Z" };
  const alice = {
    id: 1,
    name: "alice",
    canOrder: true,
    operator: false,
    disabled: false,
    kind: "demo",
  } as const;
  const dora = {
    id: 1000,
    name: "Dora",
    canOrder: false,
    operator: true,
    disabled: true,
    kind: "person",
  } as const;
  expect(
    userTable([
      { ...alice, ...common },
      { ...dora, ...common },
    ]).split("\n"),
  ).toEqual([
    "id    name   may order  operator  state      since       changed",
    "1     alice  yes        no        demo user  2026-01-02  2026-02-03",
    "1000  Dora   no         yes       disabled   2026-01-02  2026-02-03",
  ]);
});
