import { execa } from "execa";
import type { Credentials } from "../../lib/customer.ts";
import { Failure } from "../../lib/failure.ts";
import type { StackContainers } from "../stack/engine/containers.ts";

/** `services/auth-api/src/accounts/built-in-users.ts` writes this user at each start. */
const username = "orbital-witness";

/**
 * The stack's own user, who may order. `npm start`, the benchmarks and chaos use it, because a stack may have
 * no demo users. The password is read from the environment of the Auth API's container, so that it is in no
 * output of the stack. @throws Failure if no such container runs
 */
export async function programUser(containers: Pick<StackContainers, "running">): Promise<Credentials> {
  const [container] = await containers.running("auth-api");
  const read = ["exec", container ?? "", "printenv", "PROGRAM_PASSWORD"];
  const { failed, stdout } = await execa("docker", read, { reject: false });
  if (failed || stdout === "") {
    throw new Failure(
      "The stack's own user has no password: the Auth API does not run, or is of an earlier version.",
      "Run `npm start`.",
    );
  }
  return { username, password: stdout };
}
