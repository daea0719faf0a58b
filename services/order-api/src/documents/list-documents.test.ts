import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, expect, test } from "vitest";
import { alice, charlie, codeOf, openOrderApi } from "../../../../tests/order-api/order-api.ts";

const lists: Record<string, unknown> = {
  "/documents/": null,
  "/samples/": [{ name: "OW12345678/", is_dir: true }],
  "/samples/OW12345678/": [{ name: "lease.png", is_dir: false }],
};
const server = createServer((request, response) => {
  response.end(JSON.stringify(lists[request.url ?? ""]));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
const documentListsUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;

// Lists of documents need no Redis.
const nowhere = "redis://127.0.0.1:1";
const api = openOrderApi(nowhere, { documentListsUrl });
const elsewhere = openOrderApi(nowhere);
const away = openOrderApi(nowhere, { documentListsUrl: "http://127.0.0.1:1" });
afterAll(async () => {
  await Promise.all([api, elsewhere, away].map((each) => each.close()));
  server.closeAllConnections();
  server.close();
});

const lease = { title_number: "OW12345678", document_type: "lease" };

test.each(["", "?title_number=", "?title_number=ow12", "?title_number=%20OW12345678"])(
  "GET /documents%s offers the documents of the folders",
  async (query) => {
    const answer = await api.as(charlie).get(`/documents${query}`);
    expect(await answer.json()).toEqual({ documents: [lease], source: "folder" });
  },
);

test("only signed-in users get the list", async () => {
  expect((await api.send("GET", "/documents")).status).toBe(401);
});

test.each(["OW1/..", "OW12345678901", "OW%"])("the prefix %j is refused", async (prefix) => {
  const answer = await api.as(alice).get(`/documents?title_number=${encodeURIComponent(prefix)}`);
  expect(await codeOf(answer)).toEqual([422, "invalid_fields"]);
});

test("another source than the stack's folders cannot be listed", async () => {
  const answer = await elsewhere.as(alice).get("/documents");
  expect(await answer.json()).toEqual({ documents: [], source: "elsewhere" });
});

test("without the source, the answer is a 503 that says when to come back", async () => {
  const answer = await away.as(alice).get("/documents");
  expect(answer.headers.get("Retry-After")).toBe("5");
  expect(await codeOf(answer)).toEqual([503, "documents_unavailable"]);
});
