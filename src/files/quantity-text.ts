/**
 * Units end at the door: text with a unit becomes one plain SI number, by whoever knows units:
 * the unit library (quantity.ts), or a table of what people write (known-units.ts).
 *
 * The fence: they see only the unit, never more than 40 of the characters units are made of,
 * and what comes back must be finite and not negative.
 */
import type { QuantityKind } from "./kinds.ts";
import { KINDS } from "./kinds.ts";
import { decimal, parseLargeMoney, parseLinkSpeed, parseShortDuration } from "./spelling.ts";

/** How many of the SI unit one of the other is, or why there is no such number. */
export type FactorOf = (unit: string, si: string) => number | "unknown-unit" | "wrong-dimension";

/** A number in SI, or why the text is none: the stable code of the issue. */
export type Reading =
  | { readonly value: number }
  | { readonly code: "bare-quantity" | "wrong-dimension" | "unknown-unit" | "out-of-range" };

const NUMBER = /^([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,4})?)(.*)$/s;

/** "400 Gb/s" as dataRate is 5e10. */
export function readQuantityBy(factorOf: FactorOf, text: string, kind: QuantityKind): Reading {
  const short = shortForm(text, kind);
  if (short !== undefined) return inRange(short, kind);
  const found = text.length <= 80 ? NUMBER.exec(text.trim()) : null;
  if (!found) return { code: "unknown-unit" };
  const unit = (found[2] ?? "").trim().replace(/^[µμ]/, "u");
  if (unit === "") return { code: "bare-quantity" };
  const factor = unitFactor(factorOf, unit, KINDS[kind].si);
  if (typeof factor !== "number") return factor;
  return inRange(decimal(Number(found[1]) * factor), kind);
}

/**
 * What may have been meant: 'did you mean "400 Gb/s"?', or undefined where even a guess
 * would have to invent the size.
 */
export function hintBy(factorOf: FactorOf, text: string, kind: QuantityKind): string | undefined {
  const found = NUMBER.exec(text.trim().slice(0, 80));
  if (!found) return undefined;
  const [, number = "", rest = ""] = found;
  const unit = rest.trim();
  const likely = new Set(guesses(unit, kind).map((guess) => `${number} ${guess}`));
  const fitting = [...likely].filter((guess) => "value" in readQuantityBy(factorOf, guess, kind));
  if (fitting.length === 0) return undefined;
  return `did you mean ${fitting.map((guess) => JSON.stringify(guess)).join(" or ")}?`;
}

/** Units that a reader may have meant by one that does not fit, likeliest first. */
function guesses(unit: string, kind: QuantityKind): string[] {
  const { usual, si } = KINDS[kind];
  if (unit === "") return [usual];
  // "Gbps", "Gbit/s", "gb/s" are bits; "GBps" is bytes; "TFLOPS" is a rate.
  const spelled = unit
    .replace(/flops$/i, "flop/s")
    .replace(/ps$/i, "/s")
    .replace(/bits?(?=\/|$)/i, "b")
    .replace(/bytes?(?=\/|$)/i, "B")
    .replace(/flops?(?=\/|$)/i, "flop")
    .replace(/^([kmgtpe])(?=[bB]|flop|W)/i, (prefix) =>
      prefix.toLowerCase() === "k" ? "k" : prefix.toUpperCase(),
    )
    .replace(/\$|dollars?|usd/i, "USD")
    .replace(/(?<=USD\/)kwh$/i, "(kW hour)");
  if (kind === "linkSpeed" && /^[KMGT]?B$/i.test(spelled)) {
    return [`${spelled.replace(/B$/i, "b")}/s`, `${spelled.replace(/b$/, "B")}/s`];
  }
  const missing = si.endsWith("/s") ? [`${spelled}/s`] : [];
  const perHour = kind === "moneyRate" ? [`${spelled}/hour`] : [];
  const extra = si.endsWith("/s") ? [] : [spelled.replace(/\/s$/, "")];
  return [spelled, ...perHour, ...missing, ...extra].slice(0, 3);
}

/** SI per unit; the code where the unit is unknown or of another dimension. */
function unitFactor(
  factorOf: FactorOf,
  unit: string,
  si: string,
): number | Exclude<Reading, { value: number }> {
  if (unit.length > 40 || !/^[A-Za-z()*/^0-9 .-]+$/.test(unit)) return { code: "unknown-unit" };
  const factor = factorOf(unit, si);
  return typeof factor === "number" ? factor : { code: factor };
}

function shortForm(text: string, kind: QuantityKind): number | undefined {
  if (kind === "linkSpeed") return parseLinkSpeed(text);
  if (kind === "duration") return parseShortDuration(text);
  if (kind === "money") return parseLargeMoney(text);
  return undefined;
}

function inRange(value: number, kind: QuantityKind): Reading {
  const fits = Number.isFinite(value) && (value > 0 || (value === 0 && KINDS[kind].zero));
  return fits ? { value: value === 0 ? 0 : value } : { code: "out-of-range" };
}
