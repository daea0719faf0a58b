import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { extensions } from "@orbital-witness/common/documents/format.ts";
import { afterEach, describe, expect, test } from "vitest";
import { type DocumentLimits, defaultLimits } from "../limits.ts";
import { DocumentSource, type DocumentSourceOptions } from "./document-source.ts";

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const lease = { title_number: "OW12345678", document_type: "lease" } as const;
const unaborted = new AbortController().signal;
const closers: (() => unknown)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

/** A source with this behaviour. `asked` lists the paths and request ids that it received. */
async function source(listener: RequestListener, options: DocumentSourceOptions = {}) {
  const asked: string[] = [];
  const { origin, server } = await listen((request, response) => {
    asked.push(`${request.url} ${request.headers["x-request-id"]}`);
    listener(request, response);
  });
  return { asked, origin, server, documents: new DocumentSource(`${origin}/scans`, options) };
}

async function listen(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { origin: `http://127.0.0.1:${address.port}`, server };
}

test("the extensions are requested one after the other, with the order's request id", async () => {
  const { asked, documents } = await source((request, response) => {
    response.writeHead(request.url?.endsWith(".jpg") ? 200 : 404).end("bytes");
  });
  expect(String(await documents.fetch(lease, "abc", unaborted))).toBe("bytes");
  expect(asked).toEqual(
    ["pdf", "tif", "tiff", "png", "jpg"].map((extension) => `/scans/OW12345678/lease.${extension} abc`),
  );
});

test.each([
  [404, "document_not_found", false],
  [403, "source_refused", false],
  [304, "source_refused", false],
  [500, "source_unavailable", true],
  [503, "source_unavailable", true],
  [429, "source_unavailable", true],
])("%i is %s", async (status, code, mayPass) => {
  const { documents } = await source((_, response) => {
    response.writeHead(status).end(status === 304 ? undefined : "no");
  });
  await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({ code, mayPass });
});

test("a source that refuses connections, or breaks off, is a transient failure", async () => {
  const nowhere = new DocumentSource("http://127.0.0.1:1");
  await expect(nowhere.fetch(lease, "abc", unaborted)).rejects.toMatchObject({ code: "source_unavailable" });
  const { documents } = await source((request, response) => {
    response.writeHead(200, { "Content-Length": "1000" }).write("begin");
    setTimeout(() => request.socket.destroy(), 10);
  });
  await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
    code: "source_unavailable",
  });
});

test("the time limit holds for a source that sends very slowly", async () => {
  const { documents } = await source(
    (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 20);
      response.on("close", () => clearInterval(timer));
    },
    { limitMs: 200 },
  );
  await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
    code: "source_unavailable",
  });
});

test("a large document may take longer if it arrives fast enough", async () => {
  const { documents } = await source(
    (_, response) => {
      response.writeHead(200);
      let sent = 0;
      const timer = setInterval(() => {
        response.write(Buffer.alloc(kibibyte));
        sent += 1;
        if (sent === 20) response.end();
      }, 20);
      response.on("close", () => clearInterval(timer));
    },
    { limitMs: 200, leastBytesPerSecond: kibibyte },
  );
  await expect(documents.fetch(lease, "abc", unaborted)).resolves.toHaveLength(20 * kibibyte);
});

test("an ended attempt stops the request at once", async () => {
  let closed = false;
  const { documents } = await source((_, response) => {
    response.writeHead(200).write("begin");
    response.on("close", () => {
      closed = true;
    });
    attempt.abort(new Error("cancelled"));
  });
  const attempt = new AbortController();
  await expect(documents.fetch(lease, "abc", attempt.signal)).rejects.toThrow("cancelled");
  await expect.poll(() => closed).toBe(true);
});

describe("a redirect", () => {
  test.each(["lease-2.png", "/scans/archive/1.png", "../archive/1.png?page=1"])(
    "to %s is followed",
    async (location) => {
      const { documents, asked } = await source((request, response) => {
        if (request.url?.endsWith("/lease.pdf")) response.writeHead(302, { Location: location }).end();
        else response.end("bytes");
      });
      expect(String(await documents.fetch(lease, "abc", unaborted))).toBe("bytes");
      expect(asked).toHaveLength(2);
    },
  );

  test("is followed three times, but not a fourth time", async () => {
    let count = 0;
    const { documents } = await source((_, response) => {
      if (count-- > 0) response.writeHead(307, { Location: "again" }).end();
      else response.end("bytes");
    });
    count = 3;
    expect(String(await documents.fetch(lease, "abc", unaborted))).toBe("bytes");
    count = 4;
    await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
      code: "source_redirects",
      mayPass: false,
    });
  });

  test("without a target is the same as a missing document", async () => {
    const { documents, asked } = await source((request, response) => {
      if (request.url?.endsWith("lease.pdf")) response.writeHead(301, { Location: "missing" });
      else response.writeHead(404);
      response.end();
    });
    await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
      code: "document_not_found",
    });
    expect(asked).toHaveLength(extensions.length + 1);
  });

  test("to any other address is not followed", async () => {
    let reached = 0;
    const other = await listen((_, response) => {
      reached++;
      response.end("secret");
    });
    let location: string | undefined;
    const { documents, asked, origin } = await source((request, response) => {
      if (request.url?.endsWith("lease.pdf")) response.writeHead(302, location ? { Location: location } : {});
      response.end("secret");
    });
    const { host } = new URL(origin);
    const elsewhere = [
      other.origin,
      `${other.origin}/scans/OW12345678/lease.png`,
      // Containers of the stack, by their names on the worker's networks.
      "http://redis:6379/",
      "http://auth-api:8080/health/ready",
      "http://order-api/scans/1.png",
      `https://${host}/scans/OW12345678/lease.png`,
      `http://localhost:${new URL(origin).port}/scans/1.png`,
      `http://name:word@${host}/scans/1.png`,
      `//${new URL(other.origin).host}/scans/1.png`,
      "/elsewhere",
      "/scans",
      "/scans-of-others/1.png",
      "../../elsewhere",
      "%2e%2e/%2e%2e/elsewhere",
      "..%2f..%2felsewhere",
      "..\\..\\elsewhere",
      "file:///etc/passwd",
      "http://",
      undefined,
    ];
    for (location of elsewhere) {
      await expect(documents.fetch(lease, "abc", unaborted), String(location)).rejects.toMatchObject({
        code: "source_redirects",
      });
    }
    expect(reached).toBe(0);
    expect(asked).toHaveLength(elsewhere.length);
  });
});

describe("a compressed answer", () => {
  const text = Buffer.from("This lease is dated ".repeat(1000));
  // Brotli's own default takes 1.5 s for 100 MiB.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };
  const br = (bytes: Buffer) => brotliCompressSync(bytes, { params });
  const compressed = { gzip: gzipSync, deflate: deflateSync, br, zstd: zstdCompressSync };
  const encodings = Object.keys(compressed) as (keyof typeof compressed)[];
  const answering = (encoding: string, body: Buffer, limits: Partial<DocumentLimits> = {}) =>
    source(
      (request, response) => {
        expect(request.headers["accept-encoding"]).toBe("gzip, deflate, br, zstd");
        response.writeHead(200, { "Content-Encoding": encoding }).end(body);
      },
      { limits: { ...defaultLimits, ...limits } },
    );

  test.each(encodings)("with %s is decompressed", async (encoding) => {
    const { documents } = await answering(encoding, compressed[encoding](text));
    expect(await documents.fetch(lease, "abc", unaborted)).toEqual(text);
  });

  test.each(encodings)("with %s may be as large as the limit, and no larger", async (encoding) => {
    const body = compressed[encoding](text);
    const exact = await answering(encoding, body, { decompressedBytes: text.length });
    expect(await exact.documents.fetch(lease, "abc", unaborted)).toEqual(text);
    const bomb = await answering(encoding, body, { decompressedBytes: text.length - 1 });
    await expect(bomb.documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
      code: "document_inflates",
      mayPass: false,
    });
    const large = await answering(encoding, body, { bytes: body.length - 1 });
    await expect(large.documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
      code: "document_too_large",
    });
  });

  test.each(encodings)("with %s that inflates is stopped at the limit", async (encoding) => {
    const body = compressed[encoding](Buffer.alloc(100 * mebibyte));
    const { documents } = await answering(encoding, body, { decompressedBytes: mebibyte });
    const before = process.memoryUsage.rss();
    await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
      code: "document_inflates",
      message: "The document is larger than 1 MiB once decompressed.",
    });
    expect(process.memoryUsage.rss() - before).toBeLessThan(50 * mebibyte);
  });

  test.each(encodings)("with %s that is damaged or cut off is a damaged document", async (encoding) => {
    const body = compressed[encoding](text);
    for (const damaged of [Buffer.from("no such thing"), body.subarray(0, -10)]) {
      const { documents } = await answering(encoding, damaged);
      await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
        code: "document_damaged",
        mayPass: false,
      });
    }
  });

  test("that breaks off is a transient failure", async () => {
    const { documents } = await source((request, response) => {
      response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": "1000" });
      response.write(gzipSync(text).subarray(0, 50));
      setTimeout(() => request.socket.destroy(), 10);
    });
    await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
      code: "source_unavailable",
    });
  });

  test("in an encoding that was not requested is refused", async () => {
    const { documents } = await answering("compress", text);
    await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({ code: "source_refused" });
  });
});

test("an uncompressed answer may be larger than the limit for decompressed ones", async () => {
  const limits = { ...defaultLimits, decompressedBytes: 4 };
  const { documents } = await source((_, response) => response.end("bytes"), { limits });
  expect(String(await documents.fetch(lease, "abc", unaborted))).toBe("bytes");
});

test("reading stops at the limit, whatever the Content-Length", async () => {
  const limits = { ...defaultLimits, bytes: 8 * mebibyte };
  let sent = 0;
  const { documents } = await source(
    (_, response) => {
      const chunk = Buffer.alloc(mebibyte);
      const send = () => {
        while (!response.destroyed && response.write(chunk)) sent++;
      };
      response.on("drain", send);
      send();
    },
    { limits },
  );
  await expect(documents.fetch(lease, "abc", unaborted)).rejects.toMatchObject({
    code: "document_too_large",
    message: "The document is larger than 8 MiB.",
    mayPass: false,
  });
  expect(sent).toBeLessThan(32);
});
