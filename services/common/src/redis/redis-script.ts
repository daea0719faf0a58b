import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { RedisConnection } from "./redis-connection.ts";

/** Parses a hash, or a stream's entry, as scripts return it: names and values alternate. */
export const fieldsReply = z.array(z.string()).transform((words) => {
  const fields: Record<string, string> = {};
  for (const [index, name] of words.entries()) if (index % 2 === 0) fields[name] = words[index + 1] ?? "";
  return fields;
});

/** A Lua script that Redis knows by its digest after its first run. */
export class RedisScript {
  readonly #source: string;
  readonly #digest: string;

  constructor(source: string) {
    this.#source = source;
    this.#digest = createHash("sha1").update(source).digest("hex");
  }

  async run(redis: RedisConnection, keys: string[], values: (string | number)[]): Promise<unknown> {
    const options = { keys, arguments: values.map(String) };
    try {
      return await redis.evalSha(this.#digest, options);
    } catch (error) {
      // Redis was restarted, or has not seen the script yet.
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return redis.eval(this.#source, options);
    }
  }
}

/**
 * Reads a script from a `.lua` file. The local names of the `shared` files are visible in it. They are
 * inserted after the first line, which has the script's flags for Redis.
 */
export function readScript(file: URL, ...shared: readonly URL[]): RedisScript {
  const [flags = "", ...body] = readFileSync(file, "utf8").split("\n");
  return new RedisScript([flags, ...shared.map((one) => readFileSync(one, "utf8")), ...body].join("\n"));
}
