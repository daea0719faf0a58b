import { useEffect, useRef, useState } from "preact/hooks";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { numberText } from "../ui/number-texts.ts";
import { useMedia } from "../ui/use-media.ts";
import { clockText } from "./clock-text.ts";

/** A row of values, one for each time; null leaves a gap. `colour`: the name of a variable of the style. */
export type Series = { name: string; colour: string; form: "bars" | "line"; values: (number | null)[] };

export type PlotProps = {
  name: string;
  unit: string;
  /** Unix times in seconds. */
  times: number[];
  series: Series[];
};

const height = 180;
/** Room for a half bar at both ends, in seconds. */
const halfStep = 30;
/** The axis reaches at least this far, so that an idle stack shows as one. */
const leastMaximum = 1;

/** Values over time. Screen readers get the table beside it instead. */
export function Plot({ name, unit, times, series }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const data = [times, ...series.map(({ values }) => values)] as UPlot.AlignedData;
  const latest = useRef({ data, series });
  latest.current = { data, series };
  /** The place of the pointer among the times; the last one without a pointer. */
  const [pointed, setPointed] = useState<number>();
  const shown = pointed ?? times.length - 1;

  // The colours change with the scheme.
  useEffect(() => {
    const box = place.current;
    if (!box) return undefined;
    const { data, series } = latest.current;
    const drawn = new UPlot(optionsOf(box, { unit, series, onPoint: setPointed }), data, box);
    plot.current = drawn;
    const watch = new ResizeObserver(() => drawn.setSize({ width: box.clientWidth, height }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [isDark, unit]);

  useEffect(() => plot.current?.setData(data), [data]);

  return (
    <figure class="plot card">
      <figcaption>
        <h2>{name}</h2>
        <ul class="plot-key" aria-hidden="true">
          <li>{clockText((times[shown] ?? 0) * 1000)}</li>
          {series.map(({ name, colour, values }) => (
            <li key={name}>
              <span class="plot-colour" style={{ background: `var(${colour})` }} />
              {name} <b>{valueText(values[shown], unit)}</b>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} aria-hidden="true" />
    </figure>
  );
}

type Drawing = Pick<PlotProps, "unit" | "series"> & { onPoint(place: number | undefined): void };

function optionsOf(box: HTMLElement, { unit, series, onPoint }: Drawing): UPlot.Options {
  const text = colourOf(box, "--text-muted");
  const line = colourOf(box, "--border");
  const font = `12px ${getComputedStyle(box).fontFamily}`;
  const axis = { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  return {
    ...{ width: box.clientWidth, height, padding: [8, 8, 0, 0] },
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
    scales: {
      x: { range: (_, first, last) => [first - halfStep, last + halfStep] },
      y: { range: (_, __, most) => [0, Math.max(leastMaximum, (most ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        values: (_, times) => times.map((time) => clockText(time * 1000)),
      },
      { ...axis, size: 52, values: (_, values) => values.map((value) => valueText(value, unit)) },
    ],
    series: [
      {},
      ...series.map(({ name, colour, form }) => {
        const stroke = colourOf(box, colour);
        return form === "bars"
          ? { label: name, fill: stroke, width: 0, points: { show: false }, paths: bars() }
          : { label: name, stroke, width: 2, points: { show: true, size: 5, fill: stroke }, spanGaps: false };
      }),
    ],
  };
}

function bars(): UPlot.Series.PathBuilder {
  const { bars } = UPlot.paths;
  if (!bars) throw new Error("uPlot has no bars");
  return bars({ size: [0.7, 28] });
}

function valueText(value: number | null | undefined, unit: string): string {
  return value === null || value === undefined ? "–" : `${numberText(value)}${unit}`;
}

/** The colour that a variable has at this place, as a canvas takes it. */
function colourOf(box: HTMLElement, variable: string): string {
  const before = box.style.color;
  box.style.color = `var(${variable})`;
  const { color } = getComputedStyle(box);
  box.style.color = before;
  return color;
}
