import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { FolderLists } from "./folder-lists.ts";
import { mostDocuments, offeredDocuments } from "./offered-documents.ts";

/** The folders of the source: what is in each. A name that ends with a slash is a folder's. */
let folders: Record<string, string[]> = {};
let status = 200;
const asked: string[] = [];
const server = createServer((request, response) => {
  const folder = request.url?.replace(/^\/|\/$/g, "") ?? "";
  asked.push(folder);
  const names = folders[folder];
  if (status !== 200 || !names) return response.writeHead(status === 200 ? 404 : status).end();
  const entries = names.map((name) => ({ name, size: 1, is_dir: name.endsWith("/") }));
  // Caddy writes an empty folder as null.
  return response.end(JSON.stringify(entries.length === 0 ? null : entries));
}).listen(0, "127.0.0.1");
await once(server, "listening");
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
const address = server.address();
const base = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
const offered = (prefix = "", lists = new FolderLists(base)) => offeredDocuments(lists, prefix);

beforeEach(() => {
  status = 200;
  asked.length = 0;
  folders = {
    documents: ["NG2/", "NG10/", "README.md", "notes/", "OW12345678/"],
    "documents/NG2": ["lease.pdf", "lease.tif", "deed.png", "lease.txt", "photo.png", "deeds/"],
    "documents/NG10": [],
    "documents/OW12345678": ["lease.pdf"],
    samples: ["OW12345678/"],
    "samples/OW12345678": ["lease.png", "register.png", "register.txt"],
  };
});

test("offers what orders can name: own scans first, each document once", async () => {
  expect(await offered()).toEqual([
    { title_number: "NG2", document_type: "deed" },
    { title_number: "NG2", document_type: "lease" },
    { title_number: "OW12345678", document_type: "lease" },
    { title_number: "OW12345678", document_type: "register" },
  ]);
});

test("offers only title numbers that begin with the prefix, and looks into no other folder", async () => {
  expect(await offered("OW1")).toHaveLength(2);
  expect(asked.filter((folder) => folder.includes("NG"))).toEqual([]);
  expect(await offered("ZZ")).toEqual([]);
});

test("offers at most 200 documents, and looks into few more folders", async () => {
  const titles = Array.from({ length: 5000 }, (_, index) => `A${10_000 + index}`);
  folders.documents = titles.map((title) => `${title}/`).toReversed();
  for (const title of titles) folders[`documents/${title}`] = ["lease.pdf", "deed.pdf"];
  const documents = await offered();
  expect(documents).toHaveLength(mostDocuments);
  expect(documents.at(-1)).toEqual({ title_number: "A10099", document_type: "lease" });
  expect(asked.length).toBeLessThan(130);
});

test("lists are kept for 5 s", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const lists = new FolderLists(base);
  await Promise.all([offered("", lists), offered("OW", lists)]);
  const first = asked.length;
  expect(new Set(asked).size).toBe(first);
  await offered("", lists);
  expect(asked).toHaveLength(first);
  vi.advanceTimersByTime(5000);
  await offered("", lists);
  vi.useRealTimers();
  expect(asked).toHaveLength(2 * first);
});

test("a source that fails is asked again", async () => {
  const lists = new FolderLists(base);
  status = 503;
  await expect(offered("", lists)).rejects.toThrow("the list of documents was answered 503");
  status = 200;
  expect(await offered("", lists)).toHaveLength(4);
});

test("a folder that the router may not read is left out", async () => {
  status = 403;
  expect(await offered()).toEqual([]);
});
