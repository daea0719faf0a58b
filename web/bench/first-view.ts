import type { Row, Stage } from "./browser.ts";

/** The requests and the bytes on the wire, headers included, until the list of orders is there. */
export async function firstView({ browser, url, customer }: Stage): Promise<Row[]> {
  await customer.ended(await customer.place("OW12345678", "lease", "alice"), "alice");
  const page = await browser.orders(url, "alice");
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.setCacheDisabled", { cacheDisabled: true });
  const kinds = new Map<string, string>();
  const sizes: { kind: string; bytes: number }[] = [];
  network.on("Network.responseReceived", ({ requestId, type, response }) => {
    const { pathname } = new URL(response.url);
    kinds.set(
      requestId,
      type === "Fetch" ? `answers of the API` : pathname === "/" ? "the page" : "its files",
    );
  });
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    sizes.push({ kind: kinds.get(requestId) ?? "others", bytes: encodedDataLength });
  });
  const began = performance.now();
  await page.reload();
  await page.locator(".order-row").first().waitFor();
  const took = performance.now() - began;
  const rows = ["the page", "its files", "answers of the API"].map((kind) => {
    const of = sizes.filter((size) => size.kind === kind);
    const bytes = of.reduce((sum, size) => sum + size.bytes, 0);
    return { part: kind, requests: String(of.length), "kB on the wire": (bytes / 1000).toFixed(1) };
  });
  await page.context().close();
  return [
    ...rows,
    { part: `until the list is there: ${Math.round(took)} ms`, requests: "", "kB on the wire": "" },
  ];
}
