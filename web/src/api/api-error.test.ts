import { expect, it } from "vitest";
import { problemError } from "./api-error.ts";

it.each([
  ["names the fields as people do", { detail: "q x", errors: [{ field: "q", message: "is long" }] }],
  ["keeps the words of the API for other fields", { detail: "The search is long." }],
  ["keeps the words of the API without fields", { detail: "The search is long.", errors: [] }],
])("%s", (_, body) => {
  expect(problemError(422, body, null).message).toBe("The search is long.");
});

it("keeps the words of the API if one of the fields has no other name", () => {
  const errors = ["q", "all"].map((field) => ({ field, message: "is wrong" }));
  expect(problemError(422, { detail: "q is wrong; all is wrong", errors }, null).message).toBe(
    "q is wrong; all is wrong",
  );
  expect(problemError(502, null, "3")).toMatchObject({
    message: "The server answered 502.",
    retrySeconds: 3,
  });
});
