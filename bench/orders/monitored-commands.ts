/**
 * Commands that Redis executed. `sent`: by clients, in transactions too. `inScripts`: by scripts. `sources`:
 * what each address sent, by the command's name.
 */
export type MonitoredCommands = {
  sent: number;
  inScripts: number;
  sources: Map<string, Map<string, number>>;
};

/** `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`, or `[0 lua]` for a command of a script. */
const line = /^\d+\.\d+ \[\d+ (?<source>\S+)\] "(?<command>[^"]*)"/;

/** Counts the lines that `redis-cli monitor` printed. Each command is one line. */
export function countCommands(lines: Iterable<string>): MonitoredCommands {
  const counts: MonitoredCommands = { sent: 0, inScripts: 0, sources: new Map() };
  for (const text of lines) {
    const { source, command } = line.exec(text)?.groups ?? {};
    if (source === undefined || command === undefined) continue;
    if (source === "lua") {
      counts.inScripts += 1;
      continue;
    }
    counts.sent += 1;
    const address = source.slice(0, source.lastIndexOf(":"));
    const commands = counts.sources.get(address) ?? new Map<string, number>();
    const name = command.toLowerCase();
    commands.set(name, (commands.get(name) ?? 0) + 1);
    counts.sources.set(address, commands);
  }
  return counts;
}
