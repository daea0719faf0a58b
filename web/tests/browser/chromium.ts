import { type Browser, chromium } from "playwright-core";
import { chromiumPath } from "./programs.ts";

/** Starts Chromium. The sandbox is off only for root, who cannot use it. Throws if there is no Chromium. */
export function startChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("there is no Chromium");
  return chromium.launch({ executablePath: chromiumPath, chromiumSandbox: process.getuid?.() !== 0 });
}
