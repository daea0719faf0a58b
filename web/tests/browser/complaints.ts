import type { Page } from "playwright-core";

/**
 * Collects what the browser says about the page: console messages, errors that nobody caught, and violations
 * of the Content-Security-Policy.
 */
export async function complaintsOf(page: Page): Promise<readonly string[]> {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      console.error(`CSP: ${violatedDirective} forbids ${blockedURI}`);
    });
  });
  return complaints;
}

/**
 * Without the lines that Chromium writes for every answer 4xx and 5xx and for every lost connection. A page
 * cannot prevent them, and tests of faults cause them.
 */
export function withoutNetworkFaults(complaints: readonly string[]): string[] {
  return complaints.filter((line) => !line.startsWith("error: Failed to load resource"));
}
