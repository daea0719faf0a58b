import { type Browser, chromium } from "playwright-core";
import { chromiumPath } from "./programs.ts";

/**
 * Starts Chromium, or a program that starts it with the same arguments. The sandbox is off only for root, who
 * cannot use it. Throws if there is no Chromium.
 */
export function startChromium(program = chromiumPath): Promise<Browser> {
  if (program === undefined) throw new Error("there is no Chromium");
  return chromium.launch({ executablePath: program, chromiumSandbox: process.getuid?.() !== 0 });
}
