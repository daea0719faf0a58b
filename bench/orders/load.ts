import autocannon from "autocannon";
import { z } from "zod";
import { Failure } from "../../lib/failure.ts";
import { percentile } from "../figures.ts";

/** How many orders are placed, or for how long. */
export type Extent = { amount: number } | { duration: number };

/**
 * `sent`: the requests, those included that were still running at the end. Percentiles of the latency in
 * milliseconds.
 */
export type Load = { sent: number; perSecond: number; p50: number; p99: number };

const requestsSchema = z.object({ sent: z.number() });

/** @throws Failure if any answer is not 202 */
export async function placeOrders(
  url: string,
  body: string,
  connections: number,
  extent: Extent,
): Promise<Load> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const latencies: number[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>();
  const options = { url, method: "POST", headers, body, connections, ...extent } as const;
  const load = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)));
  // The histogram of autocannon has whole milliseconds only.
  load.on("response", (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds));
  const result = await promise;
  const answers = Object.entries(result.statusCodeStats ?? {}).map(([status, { count }]) => ({
    status,
    count,
  }));
  const others = answers.filter(({ status }) => status !== "202");
  if (others.length > 0 || result.errors > 0 || latencies.length === 0) {
    const said = answers.map(({ status, count }) => `${count} times ${status}`).join(", ") || "nothing";
    throw new Failure(
      `${url} with ${connections} connections answered ${said}; ${result.errors} requests failed. ` +
        "Every answer must be 202.",
      "Read the messages above, and the services' logs of a stack started by `npm start`.",
    );
  }
  return {
    sent: requestsSchema.parse(result.requests).sent,
    perSecond: latencies.length / result.duration,
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
  };
}
