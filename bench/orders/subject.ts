import type { MeasuredRedis } from "./measured-redis.ts";

export type Part = "router" | "service" | "redis";

/** A system that accepts orders, and what is measured of it. */
export type Subject = {
  name: "orders" | "probe" | "original";
  /** Orders are posted here. */
  url: string;
  /** The form of an order, with a token. */
  body: string;
  redis: MeasuredRedis;
  /** The processor time that each part has used until now, in microseconds. */
  processorUs: Record<Part, () => Promise<number>>;
};
