import { execa } from "execa";
import { counted } from "../lib/counted.ts";
import type { StackContainers } from "./engine/containers.ts";

/** What `npm stop` is about to delete. */
export interface StoredData {
  /** Names of the volumes. */
  readonly volumes: readonly string[];
  /** Undefined while Redis does not answer. */
  readonly orders: number | undefined;
  /** Size of the results in MiB; undefined while the Order API does not run. */
  readonly resultMegabytes: number | undefined;
}

/** Lists a stack's volumes, and counts their contents if their containers run. */
export async function storedData(containers: StackContainers): Promise<StoredData> {
  const [volumes, orders, resultMegabytes] = await Promise.all([
    containers.volumes(),
    countOrders(containers),
    sizeOfResults(containers),
  ]);
  return { volumes, orders, resultMegabytes };
}

/** Describes the data for a question: "12 orders, 3.4 MiB of results and all users". */
export function describe({ orders, resultMegabytes }: StoredData): string {
  const ofOrders = orders === undefined ? "all orders" : counted(orders, "order");
  const ofResults = resultMegabytes === undefined ? "all results" : `${resultMegabytes} MiB of results`;
  return `${ofOrders}, ${ofResults} and all users`;
}

const COUNT =
  "n=0; for list in $(redis-cli --user admin -e --scan --pattern 'user:*:orders'); do " +
  'n=$((n + $(redis-cli --user admin -e zcard "$list"))); done; echo $n';

/** Undefined while Redis does not answer. */
export async function countOrders(containers: StackContainers): Promise<number | undefined> {
  // redis-cli takes the password from the container's environment.
  const said = await runIn(containers, "redis", `redis-cli --user admin -e ping >/dev/null && ${COUNT}`);
  return said === undefined ? undefined : Number(said);
}

async function sizeOfResults(containers: StackContainers): Promise<number | undefined> {
  const said = await runIn(containers, "order-api", "du -sk /results | cut -f1");
  return said === undefined ? undefined : Math.round((Number(said) / 1024) * 10) / 10;
}

/**
 * @returns the command's output in a running container of this part; undefined if no container runs, or the
 * command failed or printed nothing
 */
async function runIn(
  containers: StackContainers,
  part: string,
  command: string,
): Promise<string | undefined> {
  const [name] = await containers.running(part);
  if (name === undefined) {
    return undefined;
  }
  const { failed, stdout } = await execa("docker", ["exec", name, "sh", "-c", command], {
    reject: false,
    timeout: 10_000,
  });
  return failed || stdout.trim() === "" ? undefined : stdout.trim();
}
