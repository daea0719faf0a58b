import { Failure } from "../../../lib/failure.ts";
import { programConfig, readProjectFile } from "../../../lib/stack-config/project-file.ts";
import { StackFile } from "../../../lib/stack-config/stack-file.ts";
import type { Settings } from "../../../pulumi/settings.ts";

/** The settings that the next `up` would have, or why it would refuse them. */
export type SettingsFacts =
  | { readonly settings: Settings; readonly refused?: never }
  | { readonly settings?: never; readonly refused: string };

/** No secret is decrypted: each counts as one that is long enough. */
const unseen = { decrypt: () => "x".repeat(64) };

/** Asks the program's own checks, which `up` makes first. They take a second to load. */
export async function settingsFacts(folder: string, stack: string): Promise<SettingsFacts> {
  const pulumi = await import("@pulumi/pulumi");
  try {
    const project = readProjectFile(folder);
    const { values, secretKeys } = programConfig(project, new StackFile(folder, stack), unseen);
    const { readSettings } = await import("../../../pulumi/settings.ts");
    const { httpsOf } = await import("../../../pulumi/https/https-settings.ts");
    pulumi.runtime.setAllConfig(values, secretKeys);
    await pulumi.runtime.setMocks(nothing, project.name, stack, true);
    const settings = readSettings(new pulumi.Config(project.name));
    httpsOf(settings);
    return { settings };
  } catch (error) {
    if (error instanceof Failure || pulumi.RunError.isInstance(error)) return { refused: error.message };
    throw error;
  }
}

/** Nothing is created: the settings alone are read. */
const nothing = {
  newResource: () => ({ id: undefined, state: {} }),
  call: ({ inputs }: { inputs: Record<string, unknown> }) => inputs,
};
