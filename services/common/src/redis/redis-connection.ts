import { createClient } from "redis";
import type { Log } from "../log.ts";
import { StateLog } from "../state-log.ts";
import { within } from "../time-limit.ts";
import { reconnectWhenSilent, type SilenceLimits } from "./silence-watch.ts";

export type RedisConnection = ReturnType<typeof openRedis>;

/**
 * A worker that waits for work delays the answer to a ping by up to 8 s. Together these times let a service
 * be back within 30 s of a network cut.
 */
const defaultLimits: SilenceLimits = { pingMs: 5000, silenceMs: 11_500 };

/**
 * A connection that keeps reconnecting, and logs only when Redis goes away or comes back. Returns at once,
 * connected or not. `whenAway`: "reject" fails a command at once, "wait" holds it until Redis is back.
 */
export function openRedis(url: string, log: Log, whenAway: "reject" | "wait", limits = defaultLimits) {
  const client = createClient({
    url,
    disableOfflineQueue: whenAway === "reject",
    maintNotifications: "disabled",
    // Its command is unknown to Redis 7.0, and our users may not run it.
    disableClientInfo: true,
    pingInterval: limits.pingMs,
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: 2000,
      // Limits the handshake, during which no pings are sent.
      socketTimeout: limits.pingMs + limits.silenceMs,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 5), 1000),
    },
  });
  const state = new StateLog(log, "the connection to Redis");
  client.on("error", (error) => state.failed(error));
  client.on("ready", () => state.recovered());
  reconnectWhenSilent(client, limits, (error) => state.failed(error));
  // The strategy above never gives up, so this fails only if the connection is closed while connecting.
  client.connect().catch((error: unknown) => state.failed(error));
  return client;
}

/** Closes the connection, whether or not Redis answers. */
export async function closeRedis(connection: RedisConnection): Promise<void> {
  if (!connection.isOpen) return;
  try {
    await within(1000, connection.close());
  } catch {
    // Answers that it waits for do not come.
    connection.destroy();
  }
}
