import { type CloneFacts, cloneFacts } from "./facts/clone-facts.ts";
import { type EngineFacts, engineFacts } from "./facts/engine-facts.ts";
import { type PortFacts, portFacts } from "./facts/port-facts.ts";
import { type PulumiFacts, pulumiFacts } from "./facts/pulumi-facts.ts";
import { type RoomFacts, roomFacts } from "./facts/room-facts.ts";
import { type SettingsFacts, settingsFacts } from "./facts/settings-facts.ts";
import { type StackFacts, stackFacts } from "./facts/stack-facts.ts";

/** All that the checks look at. */
export type Facts = {
  readonly engine: EngineFacts;
  readonly pulumi: PulumiFacts;
  readonly clone: CloneFacts;
  readonly settings: SettingsFacts;
  readonly ports: readonly PortFacts[];
  readonly stack: StackFacts;
  readonly room: RoomFacts;
};

/** Looks once at everything. Changes nothing, and takes seconds even if an engine does not answer. */
export async function gather(folder: string, name: string): Promise<Facts> {
  const [engine, pulumi, stack] = await Promise.all([engineFacts(), pulumiFacts(), stackFacts(folder, name)]);
  // Afterwards, because it keeps the processor busy: an engine that answers would seem not to.
  const settings = await settingsFacts(folder, name);
  const clone = cloneFacts(folder, name);
  const own = (stack.own ?? []).filter(({ kind }) => kind === "container").map((each) => each.name);
  const [ports, room] = await Promise.all([
    clone.unreadable === undefined ? portFacts(folder, name, own) : [],
    roomFacts(folder, name, engine, settings.settings?.documentsFolder),
  ]);
  return { engine, pulumi, clone, settings, ports, stack, room };
}
