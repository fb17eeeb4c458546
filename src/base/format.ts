/**
 * The one place where numbers become text for people. Deterministic: no locale, no time
 * zone. Between number and unit stands a no-break space, the minus is a true minus.
 */
const NBSP = "\u00a0";

/** Fixed decimals with commas for thousands: 12,345.6; "−" for negatives. */
export function fixed(value: number, decimals = 0): string {
  const text = Math.abs(value).toFixed(decimals);
  const [whole = "0", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const isZero = !/[1-9]/.test(text);
  const sign = value < 0 && !isZero ? "−" : "";
  return sign + grouped + (fraction === undefined ? "" : `.${fraction}`);
}

/** About `digits` significant digits, never in exponent form between 1e-6 and 1e15. */
export function significant(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude < -6 || magnitude > 14) return value.toExponential(digits - 1);
  return fixed(value, Math.max(0, digits - 1 - magnitude));
}

/** A ratio as per cent: 0.913 → "91.3 %". */
export function percent(ratio: number, decimals = 1): string {
  return `${fixed(ratio * 100, decimals)}${NBSP}%`;
}

/** Seconds in the unit a reader would choose: "38.2 ms", "1.20 µs", "3.40 d". */
export function duration(seconds: number, digits = 3): string {
  return scaled(seconds, digits, [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
    [1e-3, "ms"],
    [1e-6, "µs"],
    [1e-9, "ns"],
  ]);
}

/** Decimal bytes: "2.63 GB". */
export function bytes(value: number, digits = 3): string {
  return scaled(value, digits, [
    [1e15, "PB"],
    [1e12, "TB"],
    [1e9, "GB"],
    [1e6, "MB"],
    [1e3, "kB"],
    [1, "B"],
  ]);
}

/** A data rate of one direction in bits, as links are sold: "400 Gb/s". */
export function bitRate(bytesPerS: number, digits = 3): string {
  return scaled(bytesPerS * 8, digits, [
    [1e15, "Pb/s"],
    [1e12, "Tb/s"],
    [1e9, "Gb/s"],
    [1e6, "Mb/s"],
    [1, "b/s"],
  ]);
}

/** Money: "53.4 M USD", "812 k USD", "4.20 USD". */
export function usd(value: number, digits = 3): string {
  return (
    scaled(value, digits, [
      [1e9, "B"],
      [1e6, "M"],
      [1e3, "k"],
      [1, ""],
    ]).trimEnd() + `${NBSP}USD`
  );
}

function scaled(value: number, digits: number, units: readonly (readonly [number, string])[]) {
  const size = Math.abs(value);
  const unit = units.find(([factor]) => size >= factor) ?? units.at(-1);
  const [factor, name] = unit ?? [1, ""];
  const number = value === 0 ? "0" : significant(value / factor, digits);
  return name === "" ? number : `${number}${NBSP}${name}`;
}
