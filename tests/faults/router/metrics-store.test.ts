import { readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { z } from "zod";
import { FaultStack } from "../harness/fault-stack.ts";

const stack = await FaultStack.open();
const store = await stack.clone.container("metrics-store");
const url = `http://localhost:${stack.clone.setting("observabilityPort")}`;

const targets = z.object({
  activeTargets: z.array(z.object({ labels: z.object({ job: z.string() }), health: z.string() })),
});
const samples = z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) });
const rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), health: z.string() })) })),
});

async function ask<Answer>(schema: z.ZodType<Answer>, question: string): Promise<Answer> {
  const { data } = z
    .object({ data: z.unknown() })
    .parse(await (await fetch(`${url}/api/v1/${question}`)).json());
  return schema.parse(data);
}

test("the store asks every part, and has what the parts tell", async () => {
  const health = async () =>
    (await ask(targets, "targets")).activeTargets
      .map(({ labels, health }) => `${labels.job} ${health}`)
      .sort();
  const parts = ["auth-api", "ocr-worker", "ocr-worker", "order-api", "router"];
  await expect.poll(health, { timeout: 40_000 }).toEqual(parts.map((part) => `${part} up`));
  const values = async (query: string) =>
    (await ask(samples, `query?query=${encodeURIComponent(query)}`)).result.map(({ value }) => value[1]);
  await expect.poll(() => values("orbital_redis_up"), { timeout: 40_000 }).toEqual(["1"]);
  await expect
    .poll(() => values("count(orbital_page_duration_seconds_count)"), { timeout: 40_000 })
    .toEqual(["2"]);
});

test("Prometheus accepts the rules, and a test causes each alert", async () => {
  const loaded = (await ask(rules, "rules")).groups.flatMap((group) => group.rules);
  expect(loaded).toHaveLength(13);
  await expect
    .poll(async () => (await ask(rules, "rules")).groups.flatMap((group) => group.rules), { timeout: 40_000 })
    .toEqual(loaded.map(({ name }) => ({ name, health: "ok" })));
  const cases = await readFile(path.join(stack.clone.folder, "observability/alerts.test.yml"));
  const run =
    "cp /etc/observability/alerts.yml /tmp && cat > /tmp/alerts.test.yml && " +
    "promtool test rules /tmp/alerts.test.yml";
  const options = { input: cases, reject: false, all: true } as const;
  const { exitCode, all } = await execa("docker", ["exec", "-i", store.name, "sh", "-c", run], options);
  expect(exitCode, all).toBe(0);
});

test("Prometheus's own parser accepts the metrics of every part", async () => {
  for (const part of ["auth-api", "order-api", "ocr-worker", "router"]) {
    const check = `wget -q -T 5 -O - http://${part}:9464/metrics | promtool check metrics`;
    const { exitCode, stdout, stderr } = await stack.exec(store, "sh", "-c", check);
    expect(exitCode, `${part}: ${stdout}${stderr}`).toBe(0);
  }
});

test("the dashboard is there, and pages of other addresses may not read the store", async () => {
  const page = await (await fetch(`${url}/user/`)).text();
  expect(page).toContain("<title>orbital-witness: metrics</title>");
  for (const [, file = ""] of page.matchAll(/(?:src|href)="([\w.-]+\.(?:js|css))"/g)) {
    expect((await fetch(`${url}/user/${file}`)).status, file).toBe(200);
  }
  const allowed = async (origin: string) =>
    (await fetch(`${url}/api/v1/alerts`, { headers: { Origin: origin } })).headers.get(
      "Access-Control-Allow-Origin",
    );
  expect(await allowed("http://evil.example")).toBeNull();
});
