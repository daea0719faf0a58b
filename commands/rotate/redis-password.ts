import { Failure, runCommand } from "../../lib/failure.ts";
import { StackLock } from "../../lib/stack-lock.ts";
import { say } from "../../lib/terminal.ts";
import { readOptions } from "../lib/options.ts";
import { requireDocker } from "../stack/engine/docker.ts";
import { projectFolder } from "../stack/project.ts";
import { rotateRedisPassword } from "../stack/rotate-redis-password.ts";
import { Stack } from "../stack/stack.ts";

const STACK = "local";

/** `npm run rotate-redis-password`: gives the services of the running stack new passwords for Redis. */
await runCommand(async () => {
  readOptions({}, "Run `npm run rotate-redis-password` without options.");
  await requireDocker();
  using _ = StackLock.take(projectFolder, STACK, "npm run rotate-redis-password");
  const stack = await Stack.find(projectFolder, STACK);
  if (stack === undefined) {
    throw new Failure(`This clone has no stack '${STACK}'.`, "Run `npm start` first.");
  }
  await stack.refuseAnothersWork();
  await rotateRedisPassword(stack);
  say("The services have new passwords for Redis, and Redis refuses the old ones.");
});
process.exit();
