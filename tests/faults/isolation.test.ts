import { execa } from "execa";
import { expect, test } from "vitest";
import { FaultStack } from "./harness/fault-stack.ts";

const stack = await FaultStack.open();
const containers = await stack.clone.containers();

const parts = [
  ...["auth-api", "metrics-store", "ocr-worker", "ocr-worker", "order-api"],
  ...["redis", "redis-access", "router"],
];

test("20 only the router and the store of metrics have a port on this machine, on 127.0.0.1", async () => {
  expect(containers.map(({ part }) => part).sort()).toEqual(parts);
  const published: Record<string, string> = {
    router: `8080/tcp -> 127.0.0.1:${new URL(stack.url).port}`,
    "metrics-store": `9090/tcp -> 127.0.0.1:${stack.clone.setting("observabilityPort")}`,
  };
  for (const { name, part } of containers) {
    const { stdout } = await execa("docker", ["port", name]);
    expect(stdout, part).toBe(published[part] ?? "");
  }
});

test("20 no process is root, has a capability or can gain a privilege", async () => {
  for (const container of containers) {
    const { stdout } = await stack.exec(container, "sh", "-c", "cat /proc/[0-9]*/status");
    const all = (field: string) =>
      [...stdout.matchAll(new RegExp(`^${field}:\\s+(.+)$`, "gm"))].map(([, value]) => value);
    // The processes are the first one, the service under it, and this command.
    expect(all("CapEff").length, container.part).toBeGreaterThan(2);
    for (const kind of ["CapEff", "CapPrm", "CapInh", "CapAmb"]) {
      expect(new Set(all(kind)), `${kind} of ${container.part}`).toEqual(new Set(["0000000000000000"]));
    }
    expect(new Set(all("NoNewPrivs")), container.part).toEqual(new Set(["1"]));
    for (const ids of [...all("Uid"), ...all("Gid")]) {
      expect(ids?.split("\t"), container.part).not.toContain("0");
    }
  }
});

test("20 no container can write to its own files", async () => {
  for (const container of containers) {
    for (const folder of ["/etc", "/app", "/usr/local/bin"]) {
      const write = await stack.exec(container, "sh", "-c", `echo x > ${folder}/written`);
      expect(write.exitCode, `${folder} of ${container.part}`).not.toBe(0);
    }
    const inspect = ["inspect", "--format", "{{.HostConfig.ReadonlyRootfs}}", container.id];
    expect((await execa("docker", inspect)).stdout, container.part).toBe("true");
  }
});

/**
 * The answer at this address. Redis is recognised by the first characters of its answer, because a proxy may
 * answer instead.
 */
const askRedis = (address: string) => [
  ...["timeout", "2", "bash", "-c"],
  `exec 3<>/dev/tcp/${address}/6379 && printf 'PING\\r\\n' >&3 && head -n 1 <&3`,
];

test("20 Redis answers the Order API and the workers, each on its own network, and nobody else", async () => {
  const redis = await stack.clone.container("redis");
  const endpoints = Object.entries(await stack.clone.endpointsOf(redis));
  const addressOn = (network: string) =>
    endpoints.find(([name]) => name.includes(`-${network}-`))?.[1].IPAddress ?? "";
  const [back, work] = [addressOn("back"), addressOn("work")];
  expect(endpoints).toHaveLength(2);
  const answers = /^-NOAUTH /;
  for (const address of ["redis", back, work]) {
    const answerTo = async (part: string) =>
      (await stack.exec(await stack.clone.container(part), ...askRedis(address))).stdout;
    if (address === work) expect(await answerTo("order-api"), address).not.toMatch(/^[-+]/);
    else expect(await answerTo("order-api"), address).toMatch(answers);
    if (address === back) expect(await answerTo("ocr-worker"), address).not.toMatch(/^[-+]/);
    else expect(await answerTo("ocr-worker"), address).toMatch(answers);
    expect(await answerTo("auth-api"), address).not.toMatch(/^[-+]/);
    expect(await answerTo("router"), address).not.toMatch(/^[-+]/);
    const [program = "", ...rest] = askRedis(address);
    expect((await execa(program, rest, { reject: false })).stdout, address).not.toMatch(/^[-+]/);
  }
});
