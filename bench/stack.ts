import { appendFile, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { ensureDocker } from "../commands/stack/engine/docker.ts";
import { makeOfflineImages, offlineImages } from "../commands/stack/offline.ts";
import { projectFolder } from "../commands/stack/project.ts";
import { Stack } from "../commands/stack/stack.ts";
import { runCommand } from "../lib/failure.ts";
import { freePort } from "../tests/free-port.ts";
import { StackUnderTest } from "../tests/stack/stack-under-test.ts";
import { median, printTable } from "./figures.ts";

const { values: options } = parseArgs({
  options: {
    /** The number of measurements of each time. The median counts. */
    runs: { type: "string", default: "3" },
    /**
     * Also measures a fresh clone without base images, but with the caches of npm and the engine. Takes
     * minutes.
     */
    clone: { type: "boolean", default: false },
  },
});

type Row = Readonly<Record<"what" | "figure" | "beside", string>>;

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

/**
 * `npm run bench:stack`: times and sizes for docs/figures.md, each with its comparison from the same run.
 */
await runCommand(async () => {
  await ensureDocker();
  const rows: Row[] = options.clone ? await fromClone() : [];
  const clone = await StackUnderTest.make();
  try {
    await clone.up();
    rows.push(...(await updates(clone)), ...(await imageSizes(clone)));
  } finally {
    await clone.remove();
  }
  const engine = clone.stack.cli.kind === "pulumi" ? "Pulumi" : "the stand-in";
  console.log(`\nBy ${engine}, medians of ${options.runs} runs\n`);
  printTable(rows);
});
process.exit();

/**
 * The first and the second `npm start` of a fresh clone on a closed network, compared with their parts.
 */
async function fromClone(): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "orbital-witness-bench-"));
  const clone = path.join(folder, "clone");
  const npm = (...args: string[]) => execa("npm", args, { cwd: clone, env: { STACK_ENGINE: "stand-in" } });
  const forgetImages = () =>
    execa("docker", ["image", "rm", "--force", ...Object.values(offlineImages)], { reject: false });
  try {
    await forgetImages();
    const cloned = await timed(() => execa("git", ["clone", "--quiet", projectFolder, clone]));
    await choosePort(clone, await freePort());
    try {
      const started = await timed(() => npm("start"));
      const again = await medianTime(() => npm("start"));
      const looked = await medianTime(() => npm("run", "pulumi", "--", "up", "--yes"));
      await npm("stop");
      const installed = await timed(() => npm("ci", "--no-audit", "--no-fund"));
      await forgetImages();
      const made = await timed(makeOfflineImages);
      return [
        {
          what: "clone to first text, packages only",
          figure: seconds(cloned + started),
          beside: `\`npm ci\` ${seconds(installed)}, base images ${seconds(made)}`,
        },
        {
          what: "second `npm start`",
          figure: seconds(again),
          beside: `\`up\` by the stand-in ${seconds(looked)}`,
        },
      ];
    } catch (error) {
      await npm("stop");
      throw error;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function choosePort(clone: string, httpPort: number): Promise<void> {
  const port = `config:\n  orbital-witness:httpPort: ${httpPort}\n`;
  await writeFile(path.join(clone, "Pulumi.local.yaml"), port);
}

async function updates(clone: StackUnderTest): Promise<Row[]> {
  const engine = await emptyProgram();
  try {
    const bare = await medianTime(() => engine.stack.up({ quiet: true }));
    const unchanged = await medianTime(() => clone.stack.up({ quiet: true }));
    const service = path.join(clone.folder, "services", "auth-api", "src", "main.ts");
    const changed = await medianTime(async () => {
      await appendFile(service, "// another line\n");
      await clone.stack.up({ quiet: true });
    });
    await clone.stack.set("proveOnUp", "true");
    const proved = await medianTime(async () => {
      await appendFile(service, "// another line\n");
      await clone.stack.up({ quiet: true });
    });
    await clone.stack.set("proveOnUp", "false");
    const built = await medianTime(async () => {
      await appendFile(service, "// another line\n");
      await execa(
        "docker",
        ["build", "--quiet", "--file", "services/Dockerfile", ...buildArguments(clone), "."],
        {
          cwd: clone.folder,
          env: { DOCKER_BUILDKIT: "0" },
        },
      );
    });
    const scaled = await medianTime(async (run) => {
      await clone.stack.set("ocrWorkers", String(3 - (run % 2)));
      await clone.stack.up({ quiet: true });
    });
    return [
      {
        what: "`up`, nothing changed",
        figure: seconds(unchanged),
        beside: `\`up\` of an empty program ${seconds(bare)}`,
      },
      {
        what: "one changed line in a service",
        figure: seconds(changed),
        beside: `\`docker build\` of it alone ${seconds(built)}`,
      },
      {
        what: "one changed line, with the proof",
        figure: seconds(proved),
        beside: `without the proof ${seconds(changed)}`,
      },
      {
        what: "one worker more or less",
        figure: seconds(scaled),
        beside: `\`up\`, nothing changed ${seconds(unchanged)}`,
      },
    ];
  } finally {
    await rm(engine.folder, { recursive: true, force: true });
  }
}

/** A stack without resources, to measure the overhead of Pulumi's engine. */
async function emptyProgram(): Promise<{ stack: Stack; folder: string }> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "orbital-witness-empty-")));
  const project = {
    name: "empty",
    runtime: { name: "nodejs", options: { typescript: false } },
    main: ".",
    backend: { url: "file://." },
    config: {},
  };
  await writeFile(path.join(folder, "Pulumi.yaml"), JSON.stringify(project));
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
  await writeFile(path.join(folder, "index.ts"), 'import "@pulumi/pulumi";\nexport const resources = 0;\n');
  await execa("ln", ["-s", path.join(projectFolder, "node_modules"), path.join(folder, "node_modules")]);
  const stack = await Stack.open(folder, "bench");
  await stack.up({ quiet: true });
  return { stack, folder };
}

function buildArguments(clone: StackUnderTest): string[] {
  return ["--build-arg", "SERVICE=auth-api", "--build-arg", `NODE_IMAGE=${clone.nodeImage}`];
}

async function imageSizes(clone: StackUnderTest): Promise<Row[]> {
  const sizeOf = async (image: string) =>
    Number((await execa("docker", ["image", "inspect", "--format", "{{.Size}}", image])).stdout);
  const base = await sizeOf(clone.nodeImage);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const images = await Promise.all(
    ["auth-api", "order-api", "ocr-worker"].map(async (part) => {
      const format = "{{.Image}}";
      const { stdout } = await execa("docker", [
        "inspect",
        "--format",
        format,
        (await clone.container(part)).name,
      ]);
      return { part, size: await sizeOf(stdout) };
    }),
  );
  return images.map(({ part, size }) => ({
    what: `image of ${part}, over its base`,
    figure: megabytes(size - base),
    beside: `base ${megabytes(base)}`,
  }));
}

async function medianTime(work: (run: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < Number(options.runs); run += 1) {
    times.push(await timed(() => work(run)));
  }
  return median(times);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
