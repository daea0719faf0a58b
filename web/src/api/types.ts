import type { Order, OrderList, OrderSummary, SearchResult } from "./schema.ts";

export type {
  BulkResult,
  OfferedDocument,
  OfferedDocuments,
  Order,
  OrderList,
  OrderPages,
  OrderSummary,
  PageEnd,
  Reason,
  SearchResults,
  SinglePage,
  Stack,
  WordOperation,
} from "./schema.ts";

export type OrderStatus = OrderSummary["status"];
export type OrderAttempt = Order["attempts"][number];
export type SearchHit = SearchResult;
export type StatusCounts = NonNullable<OrderList["counts"]>;
