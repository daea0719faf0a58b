/** The documents of the Order API that the page reads; see `/openapi.json`. */
export type OrderStatus = "queued" | "fetching" | "recognizing" | "completed" | "failed" | "cancelled";

export type Reason = { code: string; message: string };

export type OrderSummary = {
  order_id: string;
  title_number: string | null;
  document_type: string | null;
  /** The name of an uploaded file. */
  file_name: string | null;
  status: OrderStatus;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  progress: { page: number; pages: number } | null;
  reason: Reason | null;
};

export type OrderAttempt = {
  attempt: number;
  worker: string;
  started_at: string;
  ended_at: string | null;
  outcome: string | null;
  reason: Reason | null;
};

export type Order = OrderSummary & {
  history: { status: OrderStatus; at: string }[];
  attempts: OrderAttempt[];
  pages_failed: (Reason & { page: number })[];
  pages_failed_count: number;
  pages_empty: number[];
  pages_empty_count: number;
  position: number | null;
  expected_seconds: number | null;
};

/** How a page ended. `reading` is null for pages that earlier versions read. */
export type PageEnd = {
  page: number;
  outcome: "read" | "empty" | "failed";
  reason: Reason | null;
  reading: { worker: string; started_at: string; ended_at: string; attempts: number } | null;
};
export type OrderPages = { pages: PageEnd[] };

export type OrderList = { orders: OrderSummary[]; next: string | null };

export type SearchHit = {
  order_id: string;
  title_number: string | null;
  document_type: string | null;
  /** The name of an uploaded file. */
  file_name: string | null;
  page: number;
  snippet: string;
};
export type SearchResults = { results: SearchHit[]; next: string | null };
