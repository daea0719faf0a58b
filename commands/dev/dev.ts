import { Failure, runCommand } from "../../lib/failure.ts";
import { StackLock } from "../../lib/stack-lock.ts";
import { say } from "../../lib/terminal.ts";
import { devModeVariable } from "../../pulumi/components/dev-mode.ts";
import { readOptions } from "../lib/options.ts";
import { followLog, startedSources } from "../logs/container-logs.ts";
import { ensureDocker } from "../stack/engine/docker.ts";
import { projectFolder, setting } from "../stack/project.ts";
import { Stack } from "../stack/stack.ts";
import { ensurePortsAreFree, repaired } from "../stack/start-steps.ts";
import { DevLoop, endWith, requestRestart, services, sourceFolders } from "./dev-loop.ts";
import { checkMounts } from "./mount-check.ts";
import { PageBuilder } from "./page-builder.ts";
import { failureText, SaveReport } from "./report/save-report.ts";
import { watchServiceLog } from "./report/service-log.ts";
import type { StartFailure } from "./report/start-failure.ts";
import { SourceWatch } from "./sources/source-watch.ts";

const USAGE = "npm run dev [-- --stack NAME]";

/**
 * `npm run dev`: runs the stack with the sources of this folder, and restarts what imports a changed file.
 */
await runCommand(async () => {
  const { stack: name } = readOptions({ stack: { type: "string", default: "local" } }, USAGE);
  await ensureDocker();
  using _ = StackLock.take(projectFolder, name, "npm run dev");
  const stack = await Stack.open(projectFolder, name, { [devModeVariable]: "true" });
  await stack.refuseAnothersWork();
  await stack.keepBaseImages();
  await stack.keepJwtSecret();
  await ensurePortsAreFree(stack);
  await checkMounts(projectFolder, setting(projectFolder, name, "nodeImage"));
  using page = new PageBuilder(projectFolder);
  const loop = new DevLoop(page);
  using _watch = new SourceWatch(sourceFolders, (files, at) => loop.changed(files, at));
  // Processes that an earlier `npm run dev` left may have missed changes.
  for (const service of services) requestRestart(service, Date.now());
  await loop.buildPage();
  say(`pulumi up --stack ${name} in dev mode${stack.cli.kind === "stand-in" ? " (by the stand-in)" : ""}`);
  const startedAt = new Date();
  showEarlyFailures(stack, loop).catch(endWith);
  await stack.up();
  const { url } = await repaired(stack, await stack.outputs());
  const containers = await runningServices(stack);
  loop.report = new SaveReport(containers, (text) => console.error(text));
  process.once("SIGINT", () => leave(name));
  process.once("SIGTERM", () => leave(name));
  say(`${url}/ runs the sources of this folder. Save a file below services/ or web/. Ctrl-C ends dev mode.`);
  const following = [...containers].flatMap(([service, names]) =>
    names.map((container) => follow(service, container, startedAt, loop)),
  );
  await Promise.race(following);
  throw new Failure(
    "A container of dev mode was stopped or replaced by another command.",
    "Run `npm run dev` again, or `npm start` for the built images.",
  );
});
process.exit();

async function runningServices(stack: Stack): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const service of services) found.set(service, await stack.containers.running(service));
  return found;
}

/** Shows why a service does not start while `up` still waits for it. A repaired file starts it again. */
async function showEarlyFailures(stack: Stack, loop: DevLoop): Promise<void> {
  const last = new Map<string, string>();
  for await (const { id, source } of startedSources(stack.containers.labels)) {
    const service = services.find((each) => source.startsWith(each));
    if (service === undefined || loop.report !== undefined) continue;
    const failed = (failure: StartFailure) => {
      const text = failureText(service, failure);
      if (loop.report === undefined && last.get(service) !== text) console.error(text);
      last.set(service, text);
    };
    watchServiceLog(followLog(id, new Date(0)), projectFolder, { ready: () => {}, failed }).catch(endWith);
  }
}

/** Resolves when the container has stopped. */
function follow(service: string, container: string, since: Date, loop: DevLoop): Promise<void> {
  return watchServiceLog(followLog(container, since), projectFolder, {
    ready: (save) => loop.report?.ready(service, container, save, Date.now()),
    failed: (failure) => loop.report?.failed(service, failure),
  });
}

/** Ctrl-C. The stack stays as it is, because going back takes seconds and may not be wanted. */
function leave(stack: string): never {
  const back = stack === "local" ? "npm start" : `npm run pulumi -- up --stack ${stack}`;
  const again = stack === "local" ? "npm run dev" : `npm run dev -- --stack ${stack}`;
  console.error(`
• The stack still runs, with the sources as they were last saved. Later changes have no effect yet.
  ${back.padEnd(14)}   goes back to built images, made of the sources as they are then
  ${again.padEnd(14)}   goes on in dev mode, with all changes made meanwhile`);
  process.exit(0);
}
