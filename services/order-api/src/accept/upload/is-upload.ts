import type { IncomingMessage } from "node:http";

/** Whether a request may have a document in its body, which may take long to arrive (`UploadPace`). */
export function isUpload({ method, url = "", headers }: IncomingMessage): boolean {
  const type = headers["content-type"] ?? "";
  return method === "POST" && /^\/orders(?:\?|$)/.test(url) && /^multipart\/form-data\b/i.test(type.trim());
}
