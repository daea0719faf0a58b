import { runCommand } from "../lib/failure.ts";
import { projectFolder } from "./stack/project.ts";
import { choosePulumi } from "./stack/pulumi-cli.ts";

/** `npm run pulumi -- <arguments>`: whichever CLI this machine has, with this clone's passphrase. */
await runCommand(async () => {
  const cli = await choosePulumi(projectFolder);
  const { failed } = await cli.run(process.argv.slice(2), {});
  process.exitCode = failed ? 1 : 0;
});
process.exit();
