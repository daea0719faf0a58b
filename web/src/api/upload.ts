import type { Session } from "../session/session.ts";
import { ApiError, noConnection, problemError } from "./api-error.ts";

export type UploadOptions = {
  /** The same key for each try, so that a file is ordered once. */
  key: string;
  onProgress(share: number): void;
};

/** Orders one's own scan. `fetch` cannot tell how much was sent. Rejects with ApiError. */
export async function uploadScan(session: Session, file: File, options: UploadOptions): Promise<void> {
  const token = await session.token();
  try {
    await send(token, file, options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    // The token may have expired on the way.
    session.forget(token);
    await send(await session.token(), file, options);
  }
}

function send(token: string, file: File, { key, onProgress }: UploadOptions): Promise<void> {
  const form = new FormData();
  form.append("document", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/orders");
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Idempotency-Key", key);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
    request.onerror = () => reject(noConnection("the upload was interrupted"));
    request.onload = () => {
      if (request.status === 202) return resolve();
      const retryAfter = request.getResponseHeader("Retry-After");
      reject(problemError(request.status, parse(request.responseText), retryAfter));
    };
    request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
