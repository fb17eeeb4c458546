/**
 * Spellings of the field that are no units: counts ("15T", "70B"), sizes of messages as
 * nccl-tests reads them, link speeds by their trade names, short durations and money.
 * They have parsers of their own because mathjs would read "70 B" as seventy bytes.
 */

const THOUSANDS: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, G: 1e9, B: 1e9, T: 1e12 };

/** "1024", "70B", "15T", "1.5k" → a whole number; undefined for anything else. */
export function parseCount(value: unknown): number | undefined {
  if (typeof value === "number") return whole(value);
  if (typeof value !== "string") return undefined;
  const found = /^(\d{1,18}(?:\.\d{1,18})?)([kKMBGT]?)$/.exec(value);
  if (!found) return undefined;
  const factor = THOUSANDS[(found[2] ?? "").toUpperCase()] ?? 1;
  return whole(decimal(Number(found[1]) * factor));
}

/**
 * A size as `-b` and `-e` of nccl-tests take it: bare numbers are bytes, K, M and G binary.
 * Source: NVIDIA/nccl-tests, src/common.cu, parsesize.
 */
export function parseMessageSize(value: unknown): number | undefined {
  if (typeof value === "number") return whole(value);
  if (typeof value !== "string") return undefined;
  const found = /^(\d{1,18}(?:\.\d{1,18})?)([kKmMgGtT]?)$/.exec(value);
  if (!found) return undefined;
  const power = ["", "K", "M", "G", "T"].indexOf((found[2] ?? "").toUpperCase());
  return whole(Number(found[1]) * 1024 ** power);
}

/** Gb/s of one four-lane port, by the names InfiniBand sells them under. */
const INFINIBAND: Readonly<Record<string, number>> = {
  FDR: 56,
  EDR: 100,
  HDR100: 100,
  HDR: 200,
  NDR200: 200,
  NDR: 400,
  XDR: 800,
};

/** "400G", "400GbE", "1.6T", "NDR" → bytes per second of one direction. */
export function parseLinkSpeed(text: string): number | undefined {
  const named = Object.hasOwn(INFINIBAND, text) ? INFINIBAND[text] : undefined;
  if (named !== undefined) return (named * 1e9) / 8;
  const found = /^(\d{1,6}(?:\.\d{1,6})?)(G|GbE|T|TbE)$/.exec(text);
  if (!found) return undefined;
  return (Number(found[1]) * (found[2]?.startsWith("T") ? 1e12 : 1e9)) / 8;
}

/** "60d" → seconds. Only days need help: mathjs knows "2 h" and "30 min". */
export function parseShortDuration(text: string): number | undefined {
  const found = /^(\d{1,9}(?:\.\d{1,9})?) ?d$/.exec(text);
  return found ? Number(found[1]) * 86_400 : undefined;
}

/** "20M USD", "1.5 B USD" → USD. */
export function parseLargeMoney(text: string): number | undefined {
  const found = /^(\d{1,15}(?:\.\d{1,9})?) ?([kKMB]) ?USD$/.exec(text);
  if (!found) return undefined;
  return decimal(Number(found[1]) * (THOUSANDS[(found[2] ?? "").toUpperCase()] ?? 1));
}

/**
 * The decimal number that was meant: files hold decimals of few digits, and 500 × 1e-9 in
 * binary is 5.000000000000001e-7.
 */
export function decimal(value: number): number {
  return Number(value.toPrecision(15));
}

function whole(value: number): number | undefined {
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A day, month or year of the calendar. */
export function isDay(date: string): boolean {
  if (!/^\d{4}(-\d{2}(-\d{2})?)?$/.test(date)) return false;
  const whole = `${date}-01-01`.slice(0, 10);
  const ms = Date.parse(`${whole}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(whole);
}
