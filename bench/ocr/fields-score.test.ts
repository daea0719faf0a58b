import { expect, test } from "vitest";
import type { Field } from "../../services/order-api/src/results/structure/fields/field.ts";
import { scoreFields } from "./fields-score.ts";

const value = (text: string) => ({ value: text, box: null, confidence: null });
const field = (label: string, text: string): Field => ({ label, label_box: null, ...value(text) });

test("each value is a field, and a date may be written in another way", () => {
  const read: Field[] = [
    field("SURNAME", "Conn"),
    field("Date of order", "20th December 2010"),
    { label: "Male", label_box: null, checked: null, state: null, box: null, confidence: null },
    { label: "Addresses", label_box: null, values: [value("1 Mill  Lane")] },
  ];
  const truth = [
    { label: "Surname:", value: "Conn" },
    { label: "Date of order", value: "2010-12-20" },
    { label: "Male", checked: false },
    { label: "Addresses", values: ["1 Mill Lane", ""] },
    { label: "Key number", value: "4163351" },
  ];
  expect(scoreFields(truth, read)).toEqual({
    ...{ fields: 6, right: 4 },
    wrong: [
      { label: "Male", expected: false, read: null },
      { label: "Key number", expected: "4163351", read: undefined },
    ],
  });
});
