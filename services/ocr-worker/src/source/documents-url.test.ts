import { expect, test } from "vitest";
import { documentsUrlVariable } from "./documents-url.ts";

test.each([
  ["http://router:8081", "http://router:8081"],
  ["https://scans.example/a/b//", "https://scans.example/a/b"],
])("%s becomes %s", (value, base) => {
  expect(documentsUrlVariable.parse(value)).toBe(base);
});

test.each([
  "",
  "router:8081",
  "ftp://router",
  "file:///etc",
  "http://u:p@router",
  "http://router/?a",
  "http://router/#a",
])("%j is refused", (value) => {
  expect(documentsUrlVariable.safeParse(value).success).toBe(false);
});
