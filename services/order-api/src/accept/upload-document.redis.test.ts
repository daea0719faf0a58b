import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import {
  alice,
  bob,
  charlie,
  codeOf,
  folders,
  lease,
  openOrderApi,
  orderIdOf,
} from "../../../../tests/order-api/order-api.ts";
import { orderServices, redisDatabase } from "../../../../tests/redis/redis-database.ts";

const { redis, store } = orderServices();
const api = openOrderApi(redisDatabase());
const pdf = (bytes = 20_000) => Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(bytes)]);
const stored = () => readdir(folders.uploadsFolder);

beforeEach(async () => {
  await redis.flushDb();
});

type Part = string | { bytes: Uint8Array; name: string };

function formOf(parts: [string, Part][]): FormData {
  const form = new FormData();
  for (const [name, part] of parts)
    if (typeof part === "string") form.append(name, part);
    else form.append(name, new Blob([new Uint8Array(part.bytes)]), part.name);
  return form;
}

const post = (form: FormData, headers: Record<string, string> = { Authorization: `Bearer ${alice}` }) =>
  api.send("POST", "/orders", { body: form, headers });

test.each([
  ["alone", []],
  ["with title number and type", Object.entries(lease)],
  [
    "with fields that were left empty",
    [
      ["title_number", ""],
      ["document_type", ""],
    ],
  ],
] satisfies [string, [string, string][]][])("a document %s is stored with its order", async (_, fields) => {
  const bytes = pdf(500_000);
  const response = await post(formOf([["document", { bytes, name: 'Zoë\'s "best" scan.pdf' }], ...fields]));
  const body = await response.clone().json();
  const orderId = await orderIdOf(response);
  const { title_number = null, document_type = null } = fields.some(([, text]) => text) ? lease : {};
  expect(body).toMatchObject({
    title_number,
    document_type,
    file_name: 'Zoë\'s "best" scan.pdf',
    status: "queued",
  });
  expect(await readFile(path.join(folders.uploadsFolder, orderId))).toEqual(bytes);
  expect(await store.find(orderId)).toMatchObject({
    file_name: 'Zoë\'s "best" scan.pdf',
    upload_bytes: bytes.length,
  });
  const view = await (await api.as(alice).get(`/orders/${orderId}`)).json();
  expect(view).toMatchObject({ title_number, document_type, file_name: 'Zoë\'s "best" scan.pdf' });
  const list = await (await api.as(alice).get("/orders")).json();
  expect(list).toMatchObject({
    orders: [{ order_id: orderId, title_number, file_name: 'Zoë\'s "best" scan.pdf' }],
  });
});

test("the token may be a field before the document, and fields may follow the document", async () => {
  const document = { bytes: pdf(), name: "a.pdf" };
  const first = await post(
    formOf([
      ["token", alice],
      ["document", document],
      ["title_number", "AB1"],
    ]),
    {},
  );
  expect(await store.find(await orderIdOf(first))).toMatchObject({ title_number: "AB1" });
  const before = await stored();
  const late = await post(
    formOf([
      ["document", document],
      ["token", alice],
    ]),
    {},
  );
  expect(await codeOf(late)).toEqual([401, "token_missing"]);
  expect(await stored()).toEqual(before);
});

const good = { bytes: pdf(), name: "a.pdf" };
const isText = { bytes: Buffer.from("just text"), name: "a.pdf" };
const large = { bytes: pdf(1024 * 1024), name: "a.pdf" };
test.each<[string, [string, Part][], Record<string, string>, number, string]>([
  ["of another type", [["document", isText]], {}, 415, "unsupported_document"],
  [
    "of another type, whatever its name is",
    [["document", { ...isText, bytes: Buffer.alloc(300_000, 97) }]],
    {},
    415,
    "unsupported_document",
  ],
  ["that is empty", [["document", { bytes: Buffer.alloc(0), name: "a.pdf" }]], {}, 422, "document_empty"],
  ["above documentMegabytes", [["document", large]], {}, 413, "document_too_large"],
  [
    "with a wrong title number",
    [
      ["document", good],
      ["title_number", "?"],
    ],
    {},
    422,
    "invalid_fields",
  ],
  ["that is a text field", [["document", "abc"]], {}, 422, "invalid_fields"],
  [
    "given twice",
    [
      ["document", good],
      ["document", good],
    ],
    {},
    422,
    "invalid_fields",
  ],
  [
    "with too much else",
    [
      ["document", good],
      ["note", "x".repeat(70_000)],
    ],
    {},
    413,
    "body_too_large",
  ],
  [
    "beside another large file",
    [
      ["document", good],
      ["other", large],
    ],
    {},
    413,
    "body_too_large",
  ],
  ["missing, with no title number", [["document_type", "lease"]], {}, 422, "invalid_fields"],
  ["not chosen", [["document", { bytes: Buffer.alloc(0), name: "" }]], {}, 422, "invalid_fields"],
  [
    "of a user who may not order",
    [["document", good]],
    { Authorization: `Bearer ${charlie}` },
    403,
    "cannot_order",
  ],
  [
    "with a malformed Idempotency-Key",
    [["document", good]],
    { "Idempotency-Key": "a b" },
    400,
    "invalid_header",
  ],
  [
    "with two tokens",
    [
      ["document", good],
      ["token", bob],
    ],
    {},
    400,
    "two_tokens",
  ],
])("a document %s is refused, and nothing is left", async (_, parts, headers, status, code) => {
  const before = await stored();
  const response = await post(formOf(parts), { Authorization: `Bearer ${alice}`, ...headers });
  expect(await codeOf(response)).toEqual([status, code]);
  expect(await stored()).toEqual(before);
  expect((await store.list(1, 10)).records).toEqual([]);
});

test("413 and 415 name the limit and the accepted types", async () => {
  const answers = [large, isText].map((document) => post(formOf([["document", document]])));
  const [tooLarge, unsupported] = await Promise.all(answers.map(async (answer) => (await answer).json()));
  expect(tooLarge).toMatchObject({
    detail: "The document must not be larger than 1 MiB (the setting documentMegabytes).",
  });
  expect(unsupported).toMatchObject({ detail: expect.stringContaining("PDF, TIFF, PNG, JPEG, WebP, BMP") });
});

test.each([
  ["ends early", (whole: Buffer) => [whole.subarray(0, -9)], 400, "malformed_body"],
  ["is cut off", (whole: Buffer) => [whole.subarray(0, 60_000), new Error("gone")], 400, "incomplete_body"],
] as const)("a form that %s is refused, and nothing is left", async (_, cut, status, code) => {
  const before = await stored();
  const whole = new Response(formOf([["document", { bytes: pdf(100_000), name: "a.pdf" }]]));
  const type = whole.headers.get("Content-Type") ?? "";
  const pieces = cut(Buffer.from(await whole.arrayBuffer()));
  const body = new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece instanceof Error) controller.error(piece);
      else if (piece) controller.enqueue(new Uint8Array(piece));
      else controller.close();
    },
  });
  const headers = { Authorization: `Bearer ${alice}`, "Content-Type": type };
  const response = await api.send("POST", "/orders", { body, headers, duplex: "half" } as RequestInit);
  expect(await codeOf(response)).toEqual([status, code]);
  expect(await stored()).toEqual(before);
});

test("an Idempotency-Key stands for the content of the document", async () => {
  const headers = { Authorization: `Bearer ${alice}`, "Idempotency-Key": "k" };
  const send = (bytes: Buffer, name = "a.pdf") => post(formOf([["document", { bytes, name }]]), headers);
  const bytes = pdf();
  const orderId = await orderIdOf(await send(bytes));
  const before = await stored();
  const again = await send(bytes, "b.pdf");
  expect(again.headers.get("Idempotent-Replayed")).toBe("true");
  expect(await again.clone().json()).toMatchObject({ file_name: "a.pdf" });
  expect(await orderIdOf(again)).toBe(orderId);
  expect(await codeOf(await send(pdf()))).toEqual([422, "idempotency_key_reused"]);
  expect(await stored()).toEqual(before);
});

test("while Redis is away, or has too little memory, an upload is refused and leaves nothing", async () => {
  const before = await stored();
  const accept = vi.spyOn(api.store, "accept").mockRejectedValueOnce(new Error("away"));
  const form = () => formOf([["document", good]]);
  expect(await codeOf(await post(form()))).toEqual([503, "queue_unavailable"]);
  accept.mockRejectedValueOnce(new Error("OOM command not allowed"));
  expect(await codeOf(await post(form()))).toEqual([503, "store_full"]);
  expect(await stored()).toEqual(before);
  accept.mockRejectedValueOnce(new Error("away"));
  const headers = { Authorization: `Bearer ${alice}`, "Idempotency-Key": "doubt" };
  expect(await codeOf(await post(form(), headers))).toEqual([503, "queue_unavailable"]);
  // Redis may have accepted the order.
  expect(await stored()).toHaveLength(before.length + 1);
  accept.mockRestore();
});

test("a document of a full megabyte is taken in pieces, and its bytes are the same", async () => {
  const bytes = pdf(1024 * 1024 - 9);
  const orderId = await orderIdOf(await post(formOf([["document", { bytes, name: "a.pdf" }]])));
  const found = await readFile(path.join(folders.uploadsFolder, orderId));
  const digest = (of: Buffer) => createHash("sha256").update(of).digest("hex");
  expect(digest(found)).toBe(digest(bytes));
});
