import { readFileSync } from "node:fs";
import { methodNotAllowed } from "@orbital-witness/common/http/http-app.ts";
import { documentTypes } from "@orbital-witness/common/orders/order.ts";
import type { OrderApi } from "../endpoint.ts";
import { orderEventSchema } from "../order-schemas.ts";

const description = `
Order a land registry document and get its text.

1. \`POST /token\` with \`username\` and \`password\` gives a token that is valid for seconds; get a new one whenever you need it. Here,
   **Authorize** does that for you (leave \`client_id\` and \`client_secret\` empty).
2. \`POST /orders\` answers 202 at once. What was answered 202 is on disk: the order ends \`completed\`, or \`failed\` with a reason, or
   \`cancelled\` by you.
3. \`GET /orders/{id}/events\` tells what happens as it happens; \`GET /orders/{id}\` tells it when asked.
4. \`GET /orders/{id}/result\` is what was read, in the format that \`Accept\` names; \`/orders/{id}/result.txt\` is the text, and
   \`.json\`, \`.hocr\`, \`.tsv\`, \`.alto.xml\` and \`.pdf\` (searchable) are the others.
5. \`GET /search\` finds words on the pages of all your completed orders.

Document types are ${documentTypes.join(", ")}. To repeat an order safely, send an \`Idempotency-Key\`. Errors are problem documents
(RFC 9457): \`code\` is for programs, \`detail\` for people.
`.trim();

/** The page's parts by name, each with its type: our own, and those of swagger-ui-dist that it needs. */
const parts = {
  "page.css": ["./page/page.css", "text/css; charset=utf-8"],
  "page.js": ["./page/page.js", "text/javascript; charset=utf-8"],
  "swagger-ui.css": ["swagger-ui-dist/swagger-ui.css", "text/css; charset=utf-8"],
  "swagger-ui-bundle.js": ["swagger-ui-dist/swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
  "favicon-32x32.png": ["swagger-ui-dist/favicon-32x32.png", "image/png"],
} as const;

/** Nothing from elsewhere, and no script but the files; `data:` for the pictures in Swagger UI's style sheet. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * `/openapi.json`, made of the endpoints added so far, and `/docs`, a page to browse it. The page's own links are
 * relative, so that it works under any prefix; `tokenUrl` and `servers` start at the root, where the router has both APIs.
 */
export function addDocs(api: OrderApi): void {
  const { openAPIRegistry } = api;
  openAPIRegistry.registerComponent("securitySchemes", "password", {
    type: "oauth2",
    flows: { password: { tokenUrl: "/token", scopes: {} } },
  });
  openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  openAPIRegistry.register("OrderEvent", orderEventSchema);
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Order API", version: "1.0.0", description },
    servers: [{ url: "/" }],
  });
  api.get("/openapi.json", (c) => c.json(document));

  const page = readFileSync(new URL("./page/page.html", import.meta.url), "utf8");
  api.use("/docs/*", async (c, next) => {
    c.header("Content-Security-Policy", contentSecurityPolicy);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "no-referrer");
    await next();
  });
  api.get("/docs", (c) => c.html(page));
  api.get("/docs/", (c) => c.redirect("../docs"));
  for (const [name, [file, type]] of Object.entries(parts)) {
    const content = readFileSync(addressOf(file));
    api.get(`/docs/${name}`, (c) =>
      c.body(content, 200, { "Content-Type": type, "Cache-Control": "public, max-age=3600" }),
    );
  }
  for (const path of ["/openapi.json", "/docs", "/docs/*"]) {
    api.all(path, (c, next) => (c.req.method === "GET" ? next() : methodNotAllowed("GET, HEAD, OPTIONS")(c)));
  }
}

function addressOf(file: string): URL {
  return file.startsWith("./") ? new URL(file, import.meta.url) : new URL(import.meta.resolve(file));
}
