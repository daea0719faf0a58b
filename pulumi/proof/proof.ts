import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { isDevMode } from "../components/dev-mode.ts";
import { providerClient } from "../health/provider-client.ts";
import { labelsOf } from "../names.ts";
import type { Settings } from "../settings.ts";
import { type FormerOutputs, formerOutputs, type Proven } from "./former-outputs.ts";
import { proofTextVariable } from "./proof-text.ts";

export interface ProofArgs {
  /** Names of all containers, known when they are healthy. */
  readonly containers: pulumi.Input<pulumi.Input<string>[]>;
  /** Where this machine reaches the router. */
  readonly url: string;
  /** Of the stack's own user. */
  readonly password: pulumi.Output<string>;
  readonly settings: Pick<Settings, "proveOnUp" | "ocrLanguages">;
}

/**
 * The proof that the stack reads: one order after each update that created or replaced a container. A failure
 * fails the update, and the next one tries again. In dev mode there is none, because the sources of a
 * developer need not work at every moment.
 */
export class Proof extends pulumi.ComponentResource {
  /** The last proof of these containers; null without one. */
  readonly result: pulumi.Output<Proven | null>;

  constructor(name: string, args: ProofArgs, options?: pulumi.ComponentResourceOptions) {
    super("orbital-witness:index:Proof", name, {}, options);
    const isWanted = args.settings.proveOnUp && !isDevMode();
    this.result = isWanted ? this.#resultOf(args) : pulumi.output(null);
    this.registerOutputs({});
  }

  #resultOf({ containers, password, url, settings }: ProofArgs): pulumi.Output<Proven | null> {
    const result = pulumi
      .all([containers, password, formerOutputs(this)])
      .apply(async ([names, plain, former]) => {
        if (pulumi.runtime.isDryRun() || isOf(former, names)) return former.proof ?? null;
        return this.#prove(names, url, plain, settings.ocrLanguages);
      });
    // It is derived from a password, but does not show it.
    return pulumi.unsecret(result);
  }

  async #prove(names: string[], url: string, password: string, languages: string): Promise<Proven> {
    await pulumi.log.info("orders a sample page", this, undefined, true);
    const { stopFormerContainers } = await import("./former-containers.ts");
    const labels = labelsOf("").filter(({ label }) => /stack$|clone$/.test(label));
    await stopFormerContainers(
      providerClient(),
      labels.map(({ label, value }) => `${label}=${value}`),
      names,
    );
    const { orderSample } = await import("./order-sample.ts");
    const user = { username: "orbital-witness", password };
    const onLeft = (message: string) => pulumi.log.warn(message, this);
    const options = { url, user, languages, stack: pulumi.getStack(), onLeft };
    const { text, ...proven } = await orderSample(options).catch((error: Error) => {
      throw new pulumi.ResourceError(error.message, this, true);
    });
    const file = process.env[proofTextVariable];
    if (file) writeFileSync(file, text);
    return proven;
  }
}

function isOf({ proof, containers }: FormerOutputs, names: readonly string[]): boolean {
  return proof !== undefined && JSON.stringify(containers) === JSON.stringify(names);
}
