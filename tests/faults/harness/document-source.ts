/**
 * The document source of the fault tests. It runs in a separate container that has only Node. The two tables
 * show which title number selects which answer. Any other title number is a folder of the clone's documents/
 * or samples. Every request is written to standard output as a line of JSON.
 */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { crc32, createGzip } from "node:zlib";

type Answer = (response: ServerResponse) => unknown;

const folders = ["/documents", "/samples"];
/** The base of the source; no request may leave it. */
const documentPath = /^\/scans\/([A-Z0-9]+)\/([a-z_]+\.[a-z]+)$/;

const page = readFileSync("/samples/OW12345678/lease.png");
const line = readFileSync("/documents/SHO1/lease.png");

const cases: Readonly<Record<string, Answer>> = {
  /** Always a lease. */
  OW00000200: send(page),
  OW00000001: oneByteASecond,
  OW00000010: send(Buffer.alloc(0)),
  OW00000011: send(Buffer.from("<!doctype html><title>Sign in</title>")),
  /** A truncated PNG. */
  OW00000012: send(page.subarray(0, 20_000)),
  /** A GIF, which is not supported. */
  OW00000013: send(Buffer.from("GIF89a\u0001\0\u0001\0", "latin1")),
  OW00030000: send(pngHeader(30_000, 30_000)),
  /** A gigabyte of zeros, compressed to a megabyte. */
  OW00000014: bomb,
  OW00000020: redirect("/scans/OK20/lease.pdf"),
  OW00000021: redirect("/scans/../secrets"),
  OW00000022: redirect("http://order-api:8080/scans/livez"),
  OW00000023: redirect("https://source:8080/scans/OK23/lease.pdf"),
  OW00000024: redirect("/scans/OW00000024/lease.pdf"),
};

/** Answers that a number in the title number selects. */
const families: readonly [RegExp, (number: number, title: string) => Answer][] = [
  /** `ST503`: status 503 and no document. A redirect leads out of the base. */
  [/^ST(\d{3})$/, (status) => (response) => response.writeHead(status, { Location: "/elsewhere" }).end()],
  /** `OK17`: a page of one line, which is read quickly. */
  [/^OK(\d{1,6})$/, () => send(line)],
  /** `MS2000`: the same, 2000 ms late. */
  [/^MS(\d{1,5})$/, (ms) => (response) => pause(ms).then(() => response.end(line))],
  /** `TRY2017`: 503 twice, then the page. The last three digits tell tests apart. */
  [/^TRY(\d)\d{3}$/, (failures, title) => (count(title) > failures ? send(page) : status(503))],
];

const asked = new Map<string, number>();

createServer((request, response) => {
  const { method, url = "" } = request;
  console.log(JSON.stringify({ method, url, request_id: request.headers["x-request-id"] }));
  const [, title = "", file = ""] = documentPath.exec(url) ?? [];
  answerFor(title, file)(response);
})
  .on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // A worker may disconnect once it has what it needs. This is not a request.
    if (error.code?.startsWith("HPE_")) console.log(JSON.stringify({ malformed: error.message }));
    socket.destroy();
  })
  .listen(8080);

function answerFor(title: string, file: string): Answer {
  const special = cases[title];
  if (special !== undefined) return special;
  for (const [form, answer] of families) {
    const [, number] = form.exec(title) ?? [];
    if (number !== undefined) return answer(Number(number), title);
  }
  const path = folders.map((folder) => `${folder}/${title}/${file}`).find((name) => existsSync(name)) ?? "";
  return title !== "" && existsSync(path) ? (response) => createReadStream(path).pipe(response) : status(404);
}

function send(bytes: Uint8Array): Answer {
  return (response) => response.end(bytes);
}

function redirect(location: string): Answer {
  return (response) => response.writeHead(302, { Location: location }).end();
}

const nothing = Buffer.alloc(1024 * 1024);

function bomb(response: ServerResponse): void {
  response.writeHead(200, { "Content-Encoding": "gzip" });
  const gzip = createGzip();
  pipeline(Readable.from(Array.from({ length: 1024 }, () => nothing)), gzip, response, () => {
    // The worker should disconnect before the end.
  });
}

function status(code: number): Answer {
  return (response) => response.writeHead(code).end();
}

async function oneByteASecond(response: ServerResponse): Promise<void> {
  response.writeHead(200, { "Content-Length": page.length });
  for (const byte of page) {
    if (response.destroyed) return;
    response.write(Uint8Array.of(byte));
    await pause(1000);
  }
}

function count(title: string): number {
  const times = (asked.get(title) ?? 0) + 1;
  asked.set(title, times);
  return times;
}

/** A PNG of a few bytes: a valid header without the image that it announces. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = Buffer.alloc(25);
  chunk.writeUInt32BE(13, 0);
  chunk.write("IHDR", 4);
  chunk.writeUInt32BE(width, 8);
  chunk.writeUInt32BE(height, 12);
  chunk.set([8, 0, 0, 0, 0], 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 21)), 21);
  return Buffer.concat([page.subarray(0, 8), chunk]);
}
