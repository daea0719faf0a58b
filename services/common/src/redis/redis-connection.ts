import { createClient } from "redis";
import type { Log } from "../log.ts";
import { StateLog } from "../state-log.ts";
import { within } from "../time-limit.ts";

export type RedisConnection = ReturnType<typeof openRedis>;

/**
 * A connection that keeps trying to reconnect and logs only that Redis went or came back; returned at once,
 * connected or not. `whenAway`: "reject" fails a command at once, "wait" holds it until Redis is back.
 */
export function openRedis(url: string, log: Log, whenAway: "reject" | "wait") {
  const client = createClient({
    url,
    disableOfflineQueue: whenAway === "reject",
    maintNotifications: "disabled",
    // A cut network sends no end of connection: the unanswered ping notices. BullMQ's blocking reads on a
    // duplicate of this connection stay silent for up to 10 s, so the limit is above that.
    pingInterval: 5000,
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: 2000,
      socketTimeout: 20_000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 5), 1000),
    },
  });
  const state = new StateLog(log, "Redis");
  client.on("error", (error) => state.failed(error));
  client.on("ready", () => state.recovered());
  // The strategy above never gives up, so this fails only when the connection is closed while connecting.
  client.connect().catch((error: unknown) => state.failed(error));
  return client;
}

/** Ends the connection, whether or not Redis answers. */
export async function closeRedis(connection: RedisConnection): Promise<void> {
  if (!connection.isOpen) return;
  try {
    await within(1000, connection.close());
  } catch {
    // It waits for answers that do not come: nothing is left to do with them.
    connection.destroy();
  }
}
