const one = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const two = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

const number = (value) => (Math.abs(value) < 10 ? two.format(value) : one.format(value));

function seconds(value) {
  if (value > 0 && value < 1) return `${number(value * 1000)} ms`;
  if (value < 120) return `${number(value)} s`;
  return value < 7200 ? `${one.format(value / 60)} min` : `${one.format(value / 3600)} h`;
}

function bytes(value) {
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), byteUnits.length - 1);
  return `${one.format(value / 1024 ** power)} ${byteUnits[power]}`;
}

const formats = { number, seconds, bytes, share: (value) => `${number(value * 100)} %` };

/** A value for people, in the unit `number`, `seconds`, `bytes` or `share` (of 1). */
export function format(value, unit) {
  return formats[unit](value);
}

/** A time (s since the epoch) in this browser's time zone, with the day if the range is longer than one. */
export function clock(time, range) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const day = range > 86_400 ? { weekday: "short" } : {};
  return new Intl.DateTimeFormat("en", { ...options, ...day }).format(time * 1000);
}
