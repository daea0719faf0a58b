import { expect, test } from "vitest";
import { readFields } from "./form-body.ts";

function post(
  body: string | FormData | ReadableStream | null,
  contentType?: string,
  headers: Record<string, string> = {},
): Request {
  const type = contentType === undefined ? {} : { "Content-Type": contentType };
  return new Request("http://test/", {
    method: "POST",
    body,
    headers: { ...type, ...headers },
    duplex: "half",
  });
}

function chunks(count: number, size: number): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent++ === count) controller.close();
      else controller.enqueue(new Uint8Array(size).fill(97));
    },
  });
}

const form = "application/x-www-form-urlencoded";

test("the three kinds of body give the same fields", async () => {
  const multipart = new FormData();
  multipart.set("username", "zoë");
  multipart.set("password", "a&b");
  const expected = { username: "zoë", password: "a&b" };
  expect(await readFields(post("username=zo%C3%AB&password=a%26b", form))).toEqual(expected);
  expect(await readFields(post(JSON.stringify(expected), "application/json; charset=utf-8"))).toEqual(
    expected,
  );
  expect(await readFields(post(multipart))).toEqual(expected);
});

test("a repeated field is an array, which no schema accepts as a string", async () => {
  const expected = { a: ["1", "2"], b: "3" };
  expect(await readFields(post("a=1&a=2&b=3", form))).toEqual(expected);
  expect(await readFields(post('{"a": "1", "b": "3", "a": "2"}', "application/json"))).toEqual(expected);
});

test("a request without a body has no fields", async () => {
  expect(await readFields(post(null))).toEqual({});
});

test("a field named __proto__ is an ordinary field", async () => {
  const fields = await readFields(post('{"__proto__": {"admin": true}}', "application/json"));
  expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
});

test.each([
  ["{", "application/json", 400, "malformed_body"],
  ["[1]", "application/json", 400, "malformed_body"],
  ["null", "application/json", 400, "malformed_body"],
  ["--x\r\nbroken", "multipart/form-data; boundary=x", 400, "malformed_body"],
  ["a=1", "multipart/form-data", 400, "malformed_body"],
  ["a=1", "text/plain", 415, "unsupported_media_type"],
  ["a=1", "", 415, "unsupported_media_type"],
])("%j as %j is refused with %i", async (body, contentType, status, code) => {
  await expect(readFields(post(body, contentType))).rejects.toMatchObject({ status, code });
});

test.each(["gzip", "br", "GZIP", "identity, gzip", "deflate, identity"])(
  "a body with Content-Encoding %s is refused with 415, whatever it holds",
  async (coding) => {
    const headers = { "Content-Encoding": coding };
    for (const request of [post("a=1", form, headers), post(null, undefined, headers)]) {
      await expect(readFields(request)).rejects.toMatchObject({
        ...{ status: 415, code: "unsupported_content_encoding" },
        headers: { "Accept-Encoding": "identity" },
      });
    }
  },
);

test.each(["identity", "Identity", ""])("Content-Encoding %j is a plain body", async (coding) => {
  expect(await readFields(post("a=1", form, { "Content-Encoding": coding }))).toEqual({ a: "1" });
});

test("64 KiB are read, and one byte more is refused", async () => {
  expect(await readFields(post(`a=${"x".repeat(65_534)}`, form))).toHaveProperty("a");
  await expect(readFields(post(`a=${"x".repeat(65_535)}`, form))).rejects.toMatchObject({ status: 413 });
});

test("a body of unknown length is read no further than the limit", async () => {
  const endless = chunks(Number.POSITIVE_INFINITY, 1000);
  await expect(readFields(post(endless, form))).rejects.toMatchObject({ status: 413 });
});

test("an announced length above the limit is refused before anything is read", async () => {
  const request = post(chunks(1, 1), form, { "Content-Length": "65537" });
  await expect(readFields(request)).rejects.toMatchObject({ status: 413 });
  expect(request.bodyUsed).toBe(false);
});

test("a body that breaks off is the client's fault", async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
  await expect(readFields(post(broken, form))).rejects.toMatchObject({
    status: 400,
    code: "incomplete_body",
  });
});
