import { expect, test } from "vitest";
import { type FailureCode, failureCodeSchema, OrderFailure, pageFailureReason } from "./failure.ts";

const codes: FailureCode[] = failureCodeSchema.options;

test("only an order can be retried, so the reason of a page says to order the document again", () => {
  const ofPages = codes.flatMap((code) => [new OrderFailure(code).pageReason, pageFailureReason(code)]);
  // Pages do not ask the document source.
  const possible = ofPages.filter(({ code }) => code !== "source_unavailable");
  expect(possible.filter(({ message }) => /retry the order/i.test(message))).toEqual([]);
  expect(new OrderFailure("internal_error").pageReason.message).toContain("order the document again");
  expect(new OrderFailure("internal_error").reason.message).toContain("retry the order");
});

test("the reason of a page keeps the limit and the value that were found", () => {
  const message = "Reading the page took longer than 45 seconds.";
  expect(new OrderFailure("page_too_slow", { message }).pageReason.message).toBe(message);
});
