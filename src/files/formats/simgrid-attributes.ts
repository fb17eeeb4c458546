/** Attributes of SimGrid's elements: rates and times with their suffixes, radicals, lists. */
import { refuse, shown } from "../issue.ts";
import type { XmlElement } from "./xml.ts";

const POWERS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ...["k", "M", "G", "T", "P", "E"].flatMap((letter, i): [string, number][] => [
    [letter, 1000 ** (i + 1)],
    [`${letter === "k" ? "K" : letter}i`, 1024 ** (i + 1)],
  ]),
]);

const SECONDS: ReadonlyMap<string, number> = new Map([
  ...[["ps", 1e-12] as const, ["ns", 1e-9] as const, ["us", 1e-6] as const, ["ms", 1e-3] as const],
  ...[["", 1] as const, ["s", 1] as const, ["m", 60] as const, ["h", 3600] as const],
  ...[["d", 86_400] as const, ["w", 604_800] as const],
]);

const NUMBER = "([+-]?\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?)";

export function wrong(element: XmlElement, found: string, expected: string): never {
  const nextStep = "correct the platform";
  return refuse(element.place, { code: "wrong-type", found, expected, nextStep });
}

export function needed(element: XmlElement, key: string): string {
  const value = element.attributes.get(key);
  return value ?? wrong(element, `<${element.name}> without ${key}`, `the attribute ${key}`);
}

/** Bytes a second; bits where the suffix is bps. */
export function rateOf(element: XmlElement, key: string): number {
  const text = needed(element, key);
  const [, number = "", power = "", unit = "Bps"] =
    new RegExp(`^${NUMBER}\\s*([kMGTPEK]?i?)(Bps|bps)?$`).exec(text) ?? [];
  const factor = POWERS.get(power);
  const rate = (Number(number) * (factor ?? Number.NaN)) / (unit === "bps" ? 8 : 1);
  if (number !== "" && rate > 0 && Number.isFinite(rate)) return rate;
  return wrong(element, `${key} ${shown(text)}`, "a rate above 0, such as 125MBps or 10Gbps");
}

export function timeOf(element: XmlElement, key: string, otherwise?: string): number {
  const text = element.attributes.get(key) ?? otherwise ?? needed(element, key);
  const [, number = "", unit = ""] = new RegExp(`^${NUMBER}\\s*([a-z]*)$`).exec(text) ?? [];
  const seconds = Number(number) * (SECONDS.get(unit) ?? Number.NaN);
  if (number !== "" && seconds >= 0) return seconds;
  return wrong(element, `${key} ${shown(text)}`, "a time from 0 on, such as 50us");
}

const HOSTS_MAX = 1_000_000;

/** "0-3,7" as numbers. */
export function radicalOf(element: XmlElement): number[] {
  const text = needed(element, "radical");
  const numbers: number[] = [];
  for (const part of text.split(",")) {
    const [, from = "", to = from] = /^\s*(\d{1,9})(?:-(\d{1,9}))?\s*$/.exec(part) ?? [];
    const [low, high] = [Number(from), Number(to)];
    if (from === "" || high < low || numbers.length + high - low >= HOSTS_MAX) {
      return wrong(element, `radical ${shown(text)}`, "ranges such as 0-15,20");
    }
    for (let i = low; i <= high; i++) numbers.push(i);
  }
  return numbers;
}

/** "2;4,4;1,2;1,2" as lists of numbers. */
export function parametersOf(element: XmlElement, lengths: readonly number[] | undefined) {
  const text = needed(element, "topo_parameters");
  const lists = text.split(";").map((part) => part.split(",").map((word) => Number(word.trim())));
  const isFine =
    lists.flat().every((number) => Number.isSafeInteger(number) && number > 0) &&
    (lengths === undefined ||
      (lists.length === lengths.length && lists.every((list, i) => list.length === lengths[i])));
  return isFine ? lists : wrong(element, `topo_parameters ${shown(text)}`, "whole numbers above 0");
}
