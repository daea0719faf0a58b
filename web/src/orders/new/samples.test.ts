import { expect, it } from "vitest";
import { samples as drawn } from "../../../../samples/samples.ts";
import { samples } from "./samples.ts";

it("offers the samples that the project has", () => {
  expect(samples).toEqual(
    drawn.map(({ titleNumber, documentType }) => ({
      title_number: titleNumber,
      document_type: documentType,
    })),
  );
});
