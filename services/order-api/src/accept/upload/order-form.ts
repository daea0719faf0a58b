import type { ConcurrencyLimiter } from "@orbital-witness/common/http/concurrency-limiter.ts";
import { checkEncoding, mediaTypeOf } from "@orbital-witness/common/http/form-body.ts";
import { Problem } from "@orbital-witness/common/http/problem.ts";
import { type CapacityGuard, freeBytes, reserves } from "@orbital-witness/common/orders/capacity-guard.ts";
import type { TokenUser } from "@orbital-witness/common/tokens/access-token.ts";
import type { TokenVerifier } from "@orbital-witness/common/tokens/token-verifier.ts";
import type { UploadStore } from "@orbital-witness/common/uploads/upload-store.ts";
import { bearerToken, fieldToken } from "../../access/bearer-token.ts";
import { oneToken, orderingUserAndFields, orderingUserOf } from "../../access/callers.ts";
import { checkCapacity, storeFull } from "../store-full.ts";
import { type FilePart, readMultipart } from "./read-multipart.ts";
import { documentTooLarge, type ReceivedDocument, receiveDocument } from "./receive-document.ts";

const mebibyte = 1024 * 1024;
const otherBytes = 64 * 1024;
/** How long an upload may wait for its turn. */
const turnMs = 60_000;

export const uploadLimits = {
  ...{ slots: 32, slotsPerClient: 16, waiting: 500, waitingPerClient: 250, retrySeconds: 5 },
};

export type OrderForm = {
  user: TokenUser;
  fields: Record<string, unknown>;
  /** Stored under the order's id, but not durable yet. */
  document: ReceivedDocument | undefined;
};

export type OrderFormTools = {
  tokens: TokenVerifier;
  uploads: UploadStore;
  capacity: CapacityGuard;
  limiter: ConcurrencyLimiter;
  documentMegabytes: number;
};

/** Reads the body of an order, and stores the document in it, if there is one. */
export class OrderForms {
  readonly #tools: OrderFormTools;
  /** The bytes that the uploads of this moment may still write. */
  #expected = 0;

  constructor(tools: OrderFormTools) {
    this.#tools = tools;
  }

  /** `admit` throws if the user may not place another order now. It is called once. */
  async read(
    request: Request,
    orderId: string,
    admit: (user: TokenUser) => Promise<void>,
  ): Promise<OrderForm> {
    if (mediaTypeOf(request) === "multipart/form-data") return this.#readParts(request, orderId, admit);
    const { user, fields } = await orderingUserAndFields(this.#tools.tokens, request);
    await admit(user);
    return { user, fields, document: undefined };
  }

  async #readParts(
    request: Request,
    orderId: string,
    admit: (user: TokenUser) => Promise<void>,
  ): Promise<OrderForm> {
    const { tokens, documentMegabytes } = this.#tools;
    checkEncoding(request);
    let user: TokenUser | undefined;
    let document: ReceivedDocument | undefined;
    let isGiven = false;
    const authorize = async (token: string | undefined) => {
      const caller = await orderingUserOf(tokens, token);
      await admit(caller);
      user = caller;
      return caller;
    };
    const headerToken = bearerToken(request.headers.get("Authorization") ?? undefined);
    if (headerToken !== undefined) await authorize(headerToken);
    const fields = await readMultipart(request, {
      counted: "document",
      check: () => {
        const mostBytes = documentMegabytes * mebibyte + otherBytes;
        if (Number(request.headers.get("Content-Length")) > mostBytes)
          throw documentTooLarge(documentMegabytes);
      },
      onFile: async (part) => {
        // A browser sends an empty part for a file field in which nothing was chosen.
        if (part.fileName === "") return ignoreEmpty(part);
        if (isGiven) throw invalidDocument("must be given once");
        isGiven = true;
        // Nothing is stored for a client that has not said who it is.
        const caller = user ?? (await authorize(fieldToken(part.fields())));
        document = await this.#receive(request, orderId, caller, part);
      },
    });
    if (headerToken !== undefined) oneToken(headerToken, fieldToken(fields));
    if ("document" in fields) throw invalidDocument("must be a file");
    user ??= await authorize(fieldToken(fields));
    return { user, fields, document };
  }

  async #receive(
    request: Request,
    orderId: string,
    user: TokenUser,
    { stream, fileName }: FilePart,
  ): Promise<ReceivedDocument> {
    const { uploads, capacity, limiter, documentMegabytes: megabytes } = this.#tools;
    const announced = Number(request.headers.get("Content-Length") ?? megabytes * mebibyte);
    const release = await limiter.acquireWithin(turnMs, user.user_id, request.signal);
    this.#expected += announced;
    try {
      checkCapacity(capacity);
      // The worker makes a copy for its attempt.
      const needed = reserves.accepting.bytes + 2 * this.#expected;
      if ((await freeBytes(uploads.folder)) < needed) throw storeFull();
      return await receiveDocument(uploads, orderId, { stream, fileName, megabytes });
    } finally {
      this.#expected -= announced;
      release();
    }
  }
}

async function ignoreEmpty({ stream }: FilePart): Promise<void> {
  for await (const chunk of stream) if (chunk.length > 0) throw invalidDocument("must have a file name");
}

function invalidDocument(message: string): Problem {
  return new Problem(422, "invalid_fields", `document ${message}`, {
    errors: [{ field: "document", message }],
  });
}
