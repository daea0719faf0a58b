import { execa } from "execa";
import { z } from "zod";
import { Failure } from "../../lib/failure.ts";
import type { StackContainers } from "../stack/engine/containers.ts";

const userSchema = z.object({
  id: z.int(),
  name: z.string(),
  canOrder: z.boolean(),
  operator: z.boolean(),
  disabled: z.boolean(),
  kind: z.enum(["person", "demo", "program"]),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
const answerSchema = z.union([
  z.object({ users: z.array(userSchema) }),
  z.object({ refused: z.object({ message: z.string(), advice: z.string() }) }),
]);

/** The exit code of a program that was killed. */
const killed = 137;
const killedText =
  "The program was killed, probably because the container had no memory left. Run the command again.";

export type User = z.infer<typeof userSchema>;
/** `services/auth-api/src/manage/manage-users.ts` checks it. */
export type UserRequest = { readonly command: string; readonly [field: string]: unknown };

/**
 * Runs a request in the container of the Auth API, which alone has the accounts. @throws Failure if no
 * container runs, or if the request is refused
 */
export async function manageUsers(
  containers: Pick<StackContainers, "running" | "stack">,
  request: UserRequest,
): Promise<User[]> {
  const [container] = await containers.running("auth-api");
  if (container === undefined) {
    throw new Failure(
      `The stack '${containers.stack}' of this clone has no Auth API that runs.`,
      "Start it with `npm start` (stack 'local'), or with `npm run pulumi -- up --stack NAME`. " +
        "`npm run pulumi -- stack ls` lists the stacks.",
    );
  }
  // The request may contain a password, so it is no argument.
  const command = ["exec", "--interactive", container, "node", "src/manage/main.ts"];
  const { failed, exitCode, stdout, stderr } = await execa("docker", command, {
    input: JSON.stringify(request),
    reject: false,
  });
  if (failed) {
    throw new Failure(
      `The accounts could not be managed:\n${exitCode === killed ? killedText : stderr}`,
      `See \`docker logs ${container}\`. If the stack is of an earlier version, run \`npm start\`.`,
    );
  }
  const answer = answerSchema.parse(JSON.parse(stdout));
  if ("users" in answer) return answer.users;
  throw new Failure(answer.refused.message, answer.refused.advice);
}
