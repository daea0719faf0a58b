import { readFileSync } from "node:fs";
import { methodNotAllowed } from "@orbital-witness/common/http/http-app.ts";
import { documentTypes } from "@orbital-witness/common/orders/order.ts";
import type { OrderApi } from "../endpoint.ts";
import { orderEventSchema } from "../order-schemas.ts";
import { createTokenRoute } from "./create-token.ts";
import { readTokenKeysRoute } from "./read-token-keys.ts";
import { sessionRoutes } from "./session-routes.ts";

const description = `
Order a land registry document and get its text.

1. \`POST /token\` with \`username\` and \`password\` returns a token. It is valid for
   30 seconds by default (see \`expires_in\`), so get a new one when you need it. On this page, **Authorize**
   gets one for you (leave \`client_id\` and \`client_secret\` empty).
2. \`POST /orders\` answers 202 at once. The order is then safe on disk. It ends as
   \`completed\`, as \`failed\` with a reason, or as \`cancelled\` by you.
3. \`GET /orders/{id}/events\` reports every step as it happens.
   \`GET /orders/{id}\` returns the current state.
4. \`GET /orders/{id}/result.txt\` is the text. Other formats are \`.json\`, \`.hocr\`, \`.tsv\`,
   \`.alto.xml\`, \`.docx\`, \`.md\` and \`.pdf\` (searchable). \`GET /orders/{id}/result\` picks the format
   by \`Accept\`.
5. \`GET /search\` finds words on the pages of all your completed orders.

The document types are ${documentTypes.join(", ")}.

To repeat a request for an order safely, send an \`Idempotency-Key\`. Errors are problem documents
(RFC 9457): \`code\` is for programs and does not change; \`detail\` is for people.
`.trim();

const license = { name: "MIT License", identifier: "MIT" };
const tags = [
  { name: "tokens", description: "Log in (the Auth API)" },
  { name: "sessions", description: "Stay signed in with a browser (the Auth API)" },
  { name: "orders", description: "Place, follow and change orders" },
  { name: "results", description: "Read the results of completed orders" },
  { name: "search", description: "Find pages by their words" },
  { name: "stack", description: "Watch the running stack (operators)" },
];

/** The page's files by name, with their types. Some are in this folder, the others in swagger-ui-dist. */
const parts = {
  "page.css": ["./page/page.css", "text/css; charset=utf-8"],
  "page.js": ["./page/page.js", "text/javascript; charset=utf-8"],
  "swagger-ui.css": ["swagger-ui-dist/swagger-ui.css", "text/css; charset=utf-8"],
  "swagger-ui-bundle.js": ["swagger-ui-dist/swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
  "favicon-32x32.png": ["swagger-ui-dist/favicon-32x32.png", "image/png"],
} as const;

/**
 * Allows nothing from other servers, and no inline scripts. Swagger UI's style sheet has icons as `data:`
 * addresses.
 */
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
 * Adds `/openapi.json`, made from the endpoints added so far, and `/docs`, a page to browse it. The page's
 * links are relative, so that it works under any prefix. `tokenUrl` and `servers` are absolute paths, because
 * the router serves both APIs at the root.
 */
export function addDocs(api: OrderApi): void {
  const { openAPIRegistry } = api;
  openAPIRegistry.registerComponent("securitySchemes", "password", {
    type: "oauth2",
    description: "Gets a token with username and password, and sends it as `Authorization: Bearer`",
    flows: { password: { tokenUrl: "/token", scopes: {} } },
  });
  openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    ...{ type: "http", scheme: "bearer", bearerFormat: "JWT" },
    description: "A token from `POST /token`, or an access token of the issuer in the setting `tokenIssuer`",
  });
  openAPIRegistry.registerPath(createTokenRoute);
  for (const route of sessionRoutes) openAPIRegistry.registerPath(route);
  openAPIRegistry.registerPath(readTokenKeysRoute);
  openAPIRegistry.register("OrderEvent", orderEventSchema);
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Order API and Auth API", version: "1.0.0", description, license },
    servers: [{ url: "/" }],
    tags,
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
