import type { TestContainer } from "../../stack/stack-under-test.ts";
import type { FaultStack } from "./fault-stack.ts";

const ask =
  "exec 3<>/dev/tcp/127.0.0.1/9464 && " +
  "printf 'GET /metrics HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && cat <&3";

const comment = /^# (?:HELP|TYPE) [a-z_]+ .+$/;
/** A sample with its labels and its value. */
const sampleForm = /^([a-z_]+(?:\{(?:[a-z_]+="[^"\\]*",?)+\})?) (-?[\d.]+(?:e[+-]\d+)?|NaN|[+-]Inf)$/;

/** The samples of a part by name and labels, asked from inside its container. Throws for a bad line. */
export async function metricsOf(stack: FaultStack, container: TestContainer): Promise<Map<string, number>> {
  const { stdout, stderr } =
    container.part === "router"
      ? await stack.exec(container, "wget", "-q", "-O", "-", "http://127.0.0.1:9464/metrics")
      : await stack.exec(container, "bash", "-c", ask);
  const body = stdout.replace(/^HTTP.*?\r\n\r\n/s, "");
  const samples = new Map<string, number>();
  for (const line of body.split("\n").filter((one) => one !== "")) {
    if (comment.test(line)) continue;
    const [, name, value] = sampleForm.exec(line) ?? [];
    if (name === undefined) throw new Error(`${container.part}: ${line} ${stderr}`);
    samples.set(name, Number(value?.replace("Inf", "Infinity")));
  }
  return samples;
}

/** The sum of this sample over the containers. A sample that is not there yet counts as 0. */
export async function sumOf(
  stack: FaultStack,
  containers: readonly TestContainer[],
  sample: string,
): Promise<number> {
  const all = await Promise.all(containers.map((container) => metricsOf(stack, container)));
  return all.reduce((sum, samples) => sum + (samples.get(sample) ?? 0), 0);
}
