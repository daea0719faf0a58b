import { setting } from "./project.ts";
import type { Stack } from "./stack.ts";

/**
 * Gives the services new passwords for Redis, without a failed request. Redis accepts the old ones too until
 * every service is replaced, and refuses them afterwards. An interrupted rotation can be repeated.
 * @throws Failure when an update failed; the services then keep a password that Redis accepts
 */
export async function rotateRedisPassword(stack: Stack, options: { quiet?: boolean } = {}): Promise<void> {
  const { folder, name } = stack;
  const version = Number(setting(folder, name, "redisPasswordVersion"));
  if (version > 1 && setting(folder, name, "redisAcceptsPreviousPassword") === "true") {
    // The services may still have the passwords of the version before, which the next one would end.
    await stack.up(options);
  }
  await stack.set("redisPasswordVersion", String(version + 1));
  await stack.set("redisAcceptsPreviousPassword", "true");
  await stack.up(options);
  await stack.set("redisAcceptsPreviousPassword", "false");
  await stack.up(options);
}
