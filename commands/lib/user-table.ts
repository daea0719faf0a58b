import { inColumns } from "./columns.ts";
import type { User } from "./manage-users.ts";

const HEADER = ["id", "name", "may order", "operator", "state", "since", "changed"];

/** The users in aligned columns. */
export function userTable(users: readonly User[]): string {
  return inColumns([HEADER, ...users.map(rowOf)]).join("\n");
}

function rowOf({ id, name, canOrder, operator, disabled, kind, createdAt, updatedAt }: User): string[] {
  const state = disabled ? "disabled" : { person: "enabled", demo: "demo user", program: "program" }[kind];
  const day = (time: string) => time.slice(0, 10);
  const yes = (value: boolean) => (value ? "yes" : "no");
  return [String(id), name, yes(canOrder), yes(operator), state, day(createdAt), day(updatedAt)];
}
