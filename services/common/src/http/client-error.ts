import { type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

type Refusal = { status: number; code: string; detail: string };

/** The answers to the error codes of Node's parser and server. Any other code means a malformed request. */
const refusals: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: "headers_too_large", detail: "The headers are too large." },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: "body_too_large", detail: "The chunks are too large." },
  ERR_HTTP_REQUEST_TIMEOUT: {
    ...{ status: 408, code: "request_timeout" },
    detail: "The request did not arrive in time. Nothing was done.",
  },
};
const malformed: Refusal = {
  ...{ status: 400, code: "malformed_request" },
  detail: "The request is not valid HTTP. Nothing was done.",
};

/**
 * Sends a problem document for a request that Node refuses before the app sees it. Node's own answer would
 * have no body. The document has no `request_id`, because Node may not have read that header.
 */
export function answerClientErrors(server: Server): void {
  const responses = new WeakMap<Duplex, ServerResponse>();
  server.on("request", ({ socket }, response) => responses.set(socket, response));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const response = responses.get(socket);
    const isAnswering = response?.headersSent && !response.writableFinished;
    // If an answer has begun, a second one would look like a part of its body.
    if (!socket.writable || error.code === "ECONNRESET" || isAnswering) {
      socket.destroy(error);
      return;
    }
    const { status, code, detail } = refusals[error.code ?? ""] ?? malformed;
    const title = STATUS_CODES[status] ?? "Error";
    const body = JSON.stringify({ type: "about:blank", title, status, detail, code });
    const head = [
      `HTTP/1.1 ${status} ${title}`,
      "Content-Type: application/problem+json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
    ];
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
  });
}
