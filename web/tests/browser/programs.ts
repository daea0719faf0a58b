import { existsSync } from "node:fs";
import path from "node:path";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The path of a Chromium on this machine: that of the variable CHROMIUM, or one in a usual place. */
export const chromiumPath = [process.env.CHROMIUM ?? "", ...places].find((place) => existsSync(place));

const folders = (process.env.PATH ?? "").split(path.delimiter);
const hasPdftotext = folders.some((folder) => existsSync(path.join(folder, "pdftotext")));

const missing = [
  ...(chromiumPath === undefined ? ["Chromium (or the variable CHROMIUM with its path)"] : []),
  ...(hasPdftotext ? [] : ["pdftotext"]),
];

/** Whether the programs are there that the tests of the page need. */
export const canTestPage = missing.length === 0;

if (!canTestPage) {
  console.log(
    `The tests of the page are skipped, because this is missing: ${missing.join(", ")}. On Debian, run ` +
      "`apt-get install chromium poppler-utils`.",
  );
}
