import type { PreparationStep } from "./page-store.ts";

const turned = new Map([
  [90, "turned right"],
  [180, "turned upside down"],
  [270, "turned left"],
]);

/** What was done to a page before it was read, each to complete "the scan was". */
export function preparationText(steps: readonly PreparationStep[]): string[] {
  return steps.map(({ step, degrees = 0, factor = 1 }) => {
    switch (step) {
      case "rotate":
        return turned.get(degrees) ?? `turned by ${degrees}°`;
      case "deskew":
        return `straightened by ${Math.abs(degrees).toFixed(1)}°`;
      case "scale":
        return `scaled to ${Math.round(factor * 100)} %`;
      case "flatten":
        return "lit evenly";
      case "invert":
        return "inverted";
      case "remove_lines":
        return "freed of its ruling lines";
      default:
        return step;
    }
  });
}
