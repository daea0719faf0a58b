import { expect, it, vi } from "vitest";
import { ApiError } from "../../api/api-error.ts";
import { Uploads } from "./uploads.ts";

const file = (name: string) => new File(["x"], name);
const atOnce = async () => {};

it("sends every file once and forgets those that were accepted", async () => {
  const send = vi.fn(async () => {});
  const uploads = new Uploads(send, atOnce);
  uploads.add(Array.from({ length: 200 }, (_, place) => file(`${place}.pdf`)));
  expect(send.mock.calls.length).toBe(3);
  await vi.waitFor(() => expect(uploads.list).toEqual([]));
  expect(send).toHaveBeenCalledTimes(200);
});

it("keeps a refused file with its reason, and sends the others", async () => {
  const uploads = new Uploads(async ({ name }) => {
    if (name === "bad.gif") throw new ApiError(415, "unsupported_document", "Send a PDF.");
  }, atOnce);
  uploads.add([file("bad.gif"), file("good.pdf")]);
  await vi.waitFor(() => expect(uploads.list).toHaveLength(1));
  expect(uploads.list[0]).toMatchObject({ state: "refused", message: "Send a PDF." });
  uploads.dismiss(uploads.list[0]?.key ?? "");
  expect(uploads.list).toEqual([]);
});

it("does not send a file again after all were forgotten", async () => {
  const send = vi.fn(async () => {
    uploads.clear();
    throw new ApiError(503, "store_unavailable", "Later.", 1);
  });
  const uploads = new Uploads(send, atOnce);
  uploads.add([file("a.pdf")]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(send).toHaveBeenCalledTimes(1);
});

it("tries again with the same key while the server is away", async () => {
  const keys: string[] = [];
  const uploads = new Uploads(async (_, { key }) => {
    keys.push(key);
    if (keys.length < 3) throw new ApiError(503, "store_unavailable", "Later.", 1);
  }, atOnce);
  uploads.add([file("a.pdf")]);
  await vi.waitFor(() => expect(uploads.list).toEqual([]));
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
});
