import { setTimeout as pause } from "node:timers/promises";
import { runCommand } from "../lib/failure.ts";
import { StackLock } from "../lib/stack-lock.ts";
import { say } from "../lib/terminal.ts";
import { readOptions } from "./lib/options.ts";
import { noCertificate, publicHostOf } from "./lib/served-certificate.ts";
import { ensureDocker } from "./stack/engine/docker.ts";
import { projectFolder, setting } from "./stack/project.ts";
import { proofVariables, provedSample } from "./stack/proved-sample.ts";
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
/** How long an authority may take to check the name and to issue a certificate. */
const CERTIFICATE_MS = 20_000;

await runCommand(async () => {
  readOptions({}, "Run `npm start` without options.");
  await ensureDocker();
  using _ = StackLock.take(projectFolder, STACK, "npm start");
  const stack = await Stack.open(projectFolder, STACK, proofVariables(projectFolder));
  await stack.refuseAnothersWork();
  await stack.keepBaseImages();
  await stack.keepJwtSecret();
  await ensurePortsAreFree(stack);
  say(`pulumi up --stack ${STACK}${stack.cli.kind === "stand-in" ? " (by the stand-in)" : ""}`);
  await stack.up();
  const outputs = await repaired(stack, await stack.outputs());
  const { orderId, text, seconds } = await provedSample(stack, outputs);
  console.log(`\n${text.trim().replace(/^/gm, "  │ ")}\n`);
  say(`Order ${orderId}: the beginning of a sample lease, read in ${seconds.toFixed(1)} s`);
  printNextSteps(outputs, stack.cli.kind);
  await warnWithoutCertificate();
});
process.exit();

/** All else runs without a certificate, so this is no failure. */
async function warnWithoutCertificate(): Promise<void> {
  const until = Date.now() + CERTIFICATE_MS;
  for (;;) {
    const host = await publicHostOf(projectFolder, STACK);
    if (host?.certificate !== null) return;
    if (Date.now() > until) return console.error(`✗ ${noCertificate(host)}\n`);
    await pause(500);
  }
}

function printNextSteps(outputs: StackOutputs, cli: Stack["cli"]["kind"]): void {
  const pulumi = cli === "pulumi" ? "npx pulumi" : "npm run pulumi --";
  const passphrase = "export PULUMI_CONFIG_PASSPHRASE_FILE=$PWD/.pulumi-passphrase";
  const hasDemoUsers = setting(projectFolder, STACK, "demoUsers") === "true";
  console.log(`
Addresses
  ${outputs.url}/                 the page: sign in, order, and read scans beside their text
  ${outputs.url}/token            tokens (also ${outputs.authApiUrl}/token)
  ${outputs.url}/orders           orders (also ${outputs.orderApiUrl}/orders)${
    !outputs.dashboardUrl ? "" : `\n  ${outputs.dashboardUrl}     the dashboard of the metrics`
  }

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
