import { runCommand } from "../lib/failure.ts";
import { StackLock } from "../lib/stack-lock.ts";
import { say } from "../lib/terminal.ts";
import { readOptions } from "./lib/options.ts";
import { orderAsCustomer } from "./lib/order-as-customer.ts";
import { programUser } from "./lib/program-user.ts";
import { ensureDocker } from "./stack/engine/docker.ts";
import { projectFolder, setting } from "./stack/project.ts";
import { Stack, type StackOutputs } from "./stack/stack.ts";
import { ensurePortsAreFree, repaired } from "./stack/start-steps.ts";

const STACK = "local";
const DEMO_USERS = `Demo users (password: password)
  alice          may order
  bob            may order, and sees the running stack on the page (operator)
  charlie        may only look`;
const PEOPLE = `Users
  npm run users -- add NAME --order    # asks for the password
  npm run users -- list`;
const SAMPLE = { titleNumber: "OW12345678", documentType: "lease" };

await runCommand(async () => {
  readOptions({}, "Run `npm start` without options.");
  await ensureDocker();
  using _ = StackLock.take(projectFolder, STACK, "npm start");
  const stack = await Stack.open(projectFolder, STACK);
  await stack.refuseAnothersWork();
  await stack.keepBaseImages();
  await stack.keepJwtSecret();
  await ensurePortsAreFree(stack);
  say(`pulumi up --stack ${STACK}${stack.cli.kind === "stand-in" ? " (by the stand-in)" : ""}`);
  await stack.up();
  const outputs = await repaired(stack, await stack.outputs());
  const user = await programUser(stack.containers);
  say(`Ordering the ${SAMPLE.documentType} of ${SAMPLE.titleNumber} as ${user.username}`);
  const { orderId, text, milliseconds } = await orderAsCustomer(outputs.localUrl, user, SAMPLE);
  console.log(`\n${text.trim().replace(/^/gm, "  │ ")}\n`);
  say(`Order ${orderId}: ${text.length} characters, recognised in ${(milliseconds / 1000).toFixed(1)} s`);
  printNextSteps(outputs, stack.cli.kind);
});
process.exit();

function printNextSteps(outputs: StackOutputs, cli: Stack["cli"]["kind"]): void {
  const pulumi = cli === "pulumi" ? "npx pulumi" : "npm run pulumi --";
  const passphrase = "export PULUMI_CONFIG_PASSPHRASE_FILE=$PWD/.pulumi-passphrase";
  const hasDemoUsers = setting(projectFolder, STACK, "demoUsers") === "true";
  console.log(`
Addresses
  ${outputs.url}/                 the page: sign in, order, and read scans beside their text
  ${outputs.url}/token            tokens (also ${outputs.authApiUrl}/token)
  ${outputs.url}/orders           orders (also ${outputs.orderApiUrl}/orders)

${hasDemoUsers ? DEMO_USERS : PEOPLE}

Next
  ${outputs.example}
  npm run status                       # parts, queue and workers on one screen
  npm run logs                         # of all containers, as they come
  ${cli === "pulumi" ? `${passphrase}\n  ` : ""}${pulumi} config set ocrWorkers 4 --stack ${STACK}
  ${pulumi} up --stack ${STACK}
  npm stop                             # removes everything, orders and users included
  npm stop -- --keep-data              # removes the containers and keeps orders and users
`);
}
