import * as keys from "../orders/order-keys.ts";
import { minuteKey, workerReportsKey } from "../stack/stack-keys.ts";
import { identitiesKey, lastIdentityKey } from "../tokens/identity-keys.ts";

/**
 * The users of Redis besides its administrator. Each may run only the commands, and use only the keys and
 * channels, that its service needs. Redis checks the commands of a script as the user who runs it, and every
 * key that a script gets as one that is read and written.
 */
export const redisUsers = ["order-api", "ocr-worker"] as const;
export type RedisUser = (typeof redisUsers)[number];

/** What a service needs: commands in lower case, and patterns of keys that it reads and writes. */
type Access = {
  commands: readonly string[];
  keys: readonly string[];
  /** Channels that it publishes to or subscribes to. */
  channels: readonly string[];
};

const connectionCommands = ["auth", "hello", "ping", "info", "eval", "evalsha", "scan", "exists"];
/** The commands of `steps/order.lua` and `steps/queue.lua`, which are part of nearly every step. */
const stepCommands = [
  ...["time", "expire", "publish", "xadd", "hdel", "hget", "hgetall", "hmget", "hset", "zadd", "zincrby"],
  ...["zrange", "zrem", "zremrangebyscore", "zscore"],
];
const orderPatterns = [keys.recordKey("*"), ...keys.queueKeys, keys.archivedRunsKey, keys.changesKey];
const stackPatterns = [workerReportsKey, minuteKey("*")];

const access: Readonly<Record<RedisUser, Access>> = {
  "order-api": {
    commands: [
      ...connectionCommands,
      ...stepCommands,
      ...[
        "subscribe",
        "unsubscribe",
        "del",
        "hincrby",
        "hsetnx",
        "incr",
        "persist",
        "xrange",
        "xread",
        "xrevrange",
      ],
      ...["zcard", "zcount", "zlexcount", "zscan"],
    ],
    keys: [
      ...[...orderPatterns, keys.userOrdersPattern, keys.idempotencyPattern],
      ...stackPatterns,
      ...[identitiesKey, lastIdentityKey],
    ],
    channels: [keys.eventsKey("*")],
  },
  "ocr-worker": {
    commands: [
      ...connectionCommands,
      ...stepCommands,
      ...[
        "bzpopmin",
        "del",
        "get",
        "hexists",
        "hincrby",
        "hlen",
        "hsetnx",
        "rename",
        "set",
        "unlink",
        "xrange",
        "xrevrange",
        "zcard",
        "zlexcount",
      ],
    ],
    keys: [
      ...[...orderPatterns, ...stackPatterns, keys.userOrdersPattern, keys.sweeperKey],
      ...keys.earlierPatterns,
    ],
    channels: [keys.eventsKey("*")],
  },
};

/** The user's rules for `ACL SETUSER`, without its passwords. They replace all rules that it had. */
export function rulesOf(user: RedisUser): string[] {
  const { commands, keys, channels } = access[user];
  return [
    ...["reset", "on"],
    ...keys.map((key) => `~${key}`),
    ...channels.map((channel) => `&${channel}`),
    ...commands.map((command) => `+${command}`),
  ];
}
