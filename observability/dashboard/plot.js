import { clock, format } from "./format.js";

const width = 460;
const height = 150;
const left = 58;
const bottom = 20;
const top = 8;
const colours = 8;

function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** The least round number that is not below `value`. Bytes are round in powers of 2. */
function roundUp(value, unit) {
  if (value <= 0) return 1;
  const base = unit === "bytes" ? 2 : 10;
  const power = base ** Math.floor(Math.log(value) / Math.log(base));
  const steps = unit === "bytes" ? [1, 1.5, 2] : [1, 1.5, 2, 3, 5, 7.5, 10];
  return power * steps.find((step) => step * power >= value * 0.9999);
}

/** A line for each run of samples without a gap: `[time, value]`, time in s. */
function lines(samples, step) {
  const runs = [];
  for (const sample of samples) {
    const last = runs.at(-1);
    if (last && sample[0] - last.at(-1)[0] <= step * 1.5) last.push(sample);
    else runs.push([sample]);
  }
  return runs;
}

/**
 * Draws series over a range. `series`: `{ name, samples: [[time, value], ...] }`. Values begin at 0. The
 * picture has a text for those who do not see it.
 */
export function plot({ title, unit, series, from, to, step }) {
  const most = Math.max(0, ...series.flatMap(({ samples }) => samples.map(([, value]) => value)));
  const limit = unit === "share" ? Math.max(roundUp(most, unit), 0.01) : roundUp(most, unit);
  const x = (time) => left + ((time - from) / (to - from)) * (width - left - 4);
  const y = (value) => height - bottom - (value / limit) * (height - bottom - top);
  const latest = series.map(({ name, samples }) => `${name} ${format(samples.at(-1)[1], unit)}`);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  picture.setAttribute("aria-label", `${title}: ${latest.join(", ") || "no values"}`);
  for (const share of [0, 0.5, 1]) {
    const at = y(limit * share);
    picture.append(svg("line", { x1: left, x2: width - 4, y1: at, y2: at, class: "grid" }));
    picture.append(svg("text", { x: left - 6, y: at + 4, class: "value" }, format(limit * share, unit)));
  }
  for (const share of [0, 0.5, 1]) {
    const anchor = { 0: "start", 0.5: "middle", 1: "end" }[share];
    const time = from + (to - from) * share;
    const place = { x: x(time), y: height - 4, "text-anchor": anchor };
    picture.append(svg("text", place, clock(time, to - from)));
  }
  for (const [index, { samples }] of series.entries()) {
    for (const run of lines(samples, step)) {
      const points = run.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`);
      if (points.length === 1) points.push(points[0]);
      picture.append(svg("polyline", { points: points.join(" "), class: `line c${index % colours}` }));
    }
  }
  return picture;
}

/** The names of the series with their colours and latest values. */
export function legend(series, unit) {
  const list = document.createElement("ul");
  list.className = "legend";
  for (const [index, { name, samples }] of series.entries()) {
    const item = document.createElement("li");
    item.className = `c${index % colours}`;
    const value = document.createElement("b");
    value.textContent = format(samples.at(-1)[1], unit);
    item.append(name, " ", value);
    list.append(item);
  }
  return list;
}
