import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { type FormDescription, formDescriptionSchema } from "./form-description.ts";

const folder = new URL("../../../../forms/", import.meta.url);

/** Reads the descriptions in the folder `forms`. Throws an error that names the file with a mistake. */
export function readForms(from: URL = folder): FormDescription[] {
  const files = readdirSync(from).filter((name) => name.endsWith(".json"));
  return files.sort().map((name) => {
    const { data, error } = formDescriptionSchema.safeParse(parsed(name, new URL(name, from)));
    if (data) return data;
    throw new Error(`forms/${name} does not describe a form:\n${z.prettifyError(error)}`);
  });
}

function parsed(name: string, file: URL): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new Error(`forms/${name} is not JSON: ${cause}`, { cause });
  }
}

export const forms: readonly FormDescription[] = readForms();

/** Changes with the descriptions, and so with what the same words mean. */
export const formsVersion = createHash("sha256").update(JSON.stringify(forms)).digest("hex").slice(0, 8);
