import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { runLabel } from "../../run-label.ts";
import type { StackUnderTest } from "../../stack/stack-under-test.ts";

const seenSchema = z.object({
  method: z.string().optional(),
  url: z.string().optional(),
  request_id: z.string().optional(),
  malformed: z.string().optional(),
});

/** A request to the source; `malformed` if it was not HTTP. */
export type SeenRequest = z.infer<typeof seenSchema>;

/** The container in which `document-source.ts` runs. */
export class SourceContainer {
  /** The stack's setting `documentsUrl`. No request may leave its path. */
  static readonly url = "http://source:8080/scans";
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  /** Starts it on the workers' network for documents. */
  static async start(clone: StackUnderTest): Promise<SourceContainer> {
    const networks = Object.keys(await clone.endpointsOf(await clone.container("ocr-worker")));
    const network = networks.find((name) => name.includes("-documents-")) ?? "";
    const script = path.join(import.meta.dirname, "document-source.ts");
    const rights = [
      "--read-only",
      "--cap-drop",
      "ALL",
      "--user",
      `${process.getuid?.()}:${process.getgid?.()}`,
    ];
    const mounts = [
      `${script}:/source/main.ts:ro`,
      `${clone.folder}/documents:/documents:ro`,
      `${clone.folder}/samples/scans:/samples:ro`,
    ];
    const { stdout } = await execa("docker", [
      ...["run", "--detach", "--init", ...runLabel, "--label", "orbital-witness.test=source", ...rights],
      ...["--network", network, "--network-alias", "source"],
      ...mounts.flatMap((mount) => ["--volume", mount]),
      ...[clone.nodeImage, "node", "/source/main.ts"],
    ]);
    return new SourceContainer(stdout);
  }

  /** All requests so far, or those with a request id, oldest first. */
  async requests(requestId?: string): Promise<SeenRequest[]> {
    const { stdout } = await execa("docker", ["logs", this.id]);
    const lines = stdout.split("\n").filter((line) => line !== "");
    const seen = lines.map((line) => seenSchema.parse(JSON.parse(line)));
    return requestId === undefined ? seen : seen.filter((request) => request.request_id === requestId);
  }

  async remove(): Promise<void> {
    await execa("docker", ["rm", "--force", this.id]);
  }
}
