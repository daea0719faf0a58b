import type { Stack } from "../api/types.ts";
import { Plot } from "./plot.tsx";

/** What the stack did in each of the last minutes. */
export function MinutePlots({ minutes }: Pick<Stack, "minutes">) {
  const times = minutes.map(({ at }) => Date.parse(at) / 1000);
  return (
    <div class="stack-plots">
      <Plot
        name="Pages per minute"
        unit=""
        times={times}
        series={[
          { name: "Read", colour: "--accent", form: "bars", values: minutes.map(({ pages }) => pages) },
          { name: "Failed", colour: "--bad", form: "bars", values: minutes.map(({ failures }) => failures) },
        ]}
      />
      <Plot
        name="Time per page"
        unit=" s"
        times={times}
        series={[
          {
            ...{ name: "Mean", colour: "--accent", form: "line" },
            values: minutes.map(({ page_ms }) => (page_ms === null ? null : page_ms / 1000)),
          },
        ]}
      />
    </div>
  );
}
