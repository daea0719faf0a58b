const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** "512 bytes", "1.5 GiB". */
export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${number.format(bytes / 1024 ** power)} ${units[power]}`;
}

export const numberText = (value: number): string => number.format(value);

/** "1 page", "2 pages". */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${number.format(count)} ${count === 1 ? one : many}`;
}
