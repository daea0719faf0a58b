import { execa } from "execa";
import { projectFolder } from "../stack/project.ts";

/** `npm run test:unit`: the tests that need nothing but Node. */
const { exitCode } = await execa("vitest", ["run", "--project", "unit", ...process.argv.slice(2)], {
  cwd: projectFolder,
  preferLocal: true,
  stdio: "inherit",
  reject: false,
});
process.exit(exitCode ?? 1);
