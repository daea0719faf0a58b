import { OrderFailure } from "../failure.ts";
import type { Document } from "./document.ts";

export async function openBmp(): Promise<Document> {
  throw new OrderFailure("unsupported_format");
}
