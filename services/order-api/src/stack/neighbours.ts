import { z } from "zod";
import type { StackPart } from "./stack-schemas.ts";

const limitMs = 1000;

/** Parts that the Order API can ask for their health, with the address of each. */
export type Neighbours = Partial<Record<StackPart["name"], string | undefined>>;

/** The detail of a service's answer while something that it needs does not work; see `addHealthRoutes`. */
const notReady = z.object({ detail: z.string().regex(/^Not ready: .+\.$/) });

/** Asks each part whether it is healthy. One that does not answer within a second is not. */
export function askNeighbours(neighbours: Neighbours): Promise<StackPart[]> {
  const names = Object.keys(neighbours) as StackPart["name"][];
  return Promise.all(
    names.flatMap((name) => {
      const address = neighbours[name];
      return address === undefined ? [] : [ask(address).then((health) => ({ name, ...health }))];
    }),
  );
}

async function ask(address: string): Promise<Omit<StackPart, "name">> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(limitMs), redirect: "error" });
    const body = await answer.text();
    return answer.ok ? { healthy: true, waits_for: null } : { healthy: false, waits_for: needOf(body) };
  } catch {
    return { healthy: false, waits_for: null };
  }
}

function needOf(body: string): string | null {
  try {
    return notReady.parse(JSON.parse(body)).detail.slice("Not ready: ".length, -1);
  } catch {
    return null;
  }
}
