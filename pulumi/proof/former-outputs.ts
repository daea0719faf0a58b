import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

const provenSchema = z.object({ orderId: z.string(), seconds: z.number() });
/** What the last update returned. Outputs that it did not have are undefined. */
const formerSchema = z.object({
  containers: z.array(z.string()).optional().catch(undefined),
  proof: provenSchema.optional().catch(undefined),
});

/** The order of a proof, which is removed, and how long it took. */
export type Proven = z.output<typeof provenSchema>;
export type FormerOutputs = z.output<typeof formerSchema>;

/** The outputs of the last update of this stack that succeeded. */
export function formerOutputs(parent: pulumi.Resource): pulumi.Output<FormerOutputs> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const former = new pulumi.StackReference("former-outputs", { name }, { parent });
  return former.outputs.apply((outputs) => formerSchema.parse(outputs ?? {}));
}
