import type { StackPart } from "./stack-schemas.ts";

const limitMs = 1000;

/** Parts that the Order API can ask for their health, with the address of each. */
export type Neighbours = Partial<Record<StackPart["name"], string | undefined>>;

/** Whether each part answers its health check within a second. */
export function askNeighbours(neighbours: Neighbours): Promise<Pick<StackPart, "name" | "healthy">[]> {
  const names = Object.keys(neighbours) as StackPart["name"][];
  return Promise.all(
    names.flatMap((name) => {
      const address = neighbours[name];
      return address === undefined ? [] : [isHealthy(address).then((healthy) => ({ name, healthy }))];
    }),
  );
}

async function isHealthy(address: string): Promise<boolean> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(limitMs), redirect: "error" });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
