/**
 * Slurm's topology.conf (plugin topology/tree): each line a switch with the nodes or the switches
 * under it. It is a tree: how many cables join two switches, and how fast, it does not say.
 */
import type { FoundFabric } from "../../records/found-fabric.ts";
import type { Place } from "../issue.ts";
import { refuse, shown } from "../issue.ts";
import { FoundDraft, MOST_NAMES } from "./found-draft.ts";

export const SLURM_WORD = /^[ \t]*SwitchName[ \t]*=/im;

const KEYS = ["switchname", "switches", "nodes", "linkspeed"];

interface Line {
  readonly keys: ReadonlyMap<string, string>;
  readonly place: Place;
}

export function fabricFromSlurm(text: string, file: string): FoundFabric {
  const draft = new FoundDraft();
  const lines = linesOf(text, file);
  const above = new Map<string, string>();
  for (const { keys, place } of lines) draft.addSwitch(keys.get("switchname") ?? "", place);
  const known = new Set(lines.map(({ keys }) => keys.get("switchname") ?? ""));
  for (const { keys, place } of lines) {
    const name = keys.get("switchname") ?? "";
    for (const host of namesOf(keys.get("nodes") ?? "", place)) {
      draft.addHost({ name: host, switchName: name }, place);
    }
    for (const under of namesOf(keys.get("switches") ?? "", place)) {
      if (!known.has(under)) refuse(place, noLine(under));
      if (above.has(under)) refuse(place, twoAbove(under));
      above.set(under, name);
      draft.addCable({ from: under, to: name, count: 1 });
    }
  }
  refuseCircle(lines, above);
  const notes = ["one cable between two switches: the file does not say how many there are"];
  if (lines.some(({ keys }) => keys.has("linkspeed"))) {
    notes.push("LinkSpeed is not read: Slurm gives it no unit and makes no use of it");
  }
  return draft.finish("Slurm topology.conf", notes, file);
}

function linesOf(text: string, file: string): Line[] {
  const lines: Line[] = [];
  let held = "";
  let first = 0;
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    if (held === "") first = i + 1;
    held += raw.replace(/#.*$/, "");
    if (held.endsWith("\\")) {
      held = `${held.slice(0, -1)} `;
      continue;
    }
    const place = { file, line: first, column: 1, pointer: "" };
    if (held.trim() !== "") lines.push({ keys: keysOf(held.trim(), place), place });
    held = "";
  }
  if (held.trim() !== "") {
    const place = { file, line: first, column: 1, pointer: "" };
    refuse(place, torn("a line that goes on where the file ends"));
  }
  return lines;
}

function keysOf(line: string, place: Place): Map<string, string> {
  const keys = new Map<string, string>();
  for (const word of line.split(/\s+/)) {
    const [, key = "", value = ""] = /^(\w+)=(\S+)$/.exec(word) ?? [];
    const name = key.toLowerCase();
    if (!KEYS.includes(name) || keys.has(name)) refuse(place, torn(shown(word)));
    keys.set(name, value);
  }
  if (!keys.has("switchname")) refuse(place, torn("a line without SwitchName"));
  return keys;
}

/** "rack[0-1]node[01-16],login1": commas outside brackets part names, brackets hold ranges. */
export function namesOf(list: string, place: Place): string[] {
  if (list === "") return [];
  const items = list.match(/(?:\[[^\]]*\]|[^,[\]])+/g) ?? [];
  if (items.join(",") !== list) refuse(place, torn(shown(list)));
  const names: string[] = [];
  for (const item of items) {
    let made = [""];
    for (const part of item.match(/\[[^\]]*\]|[^[\]]+/g) ?? []) {
      const ends = part.startsWith("[") ? rangeOf(part.slice(1, -1), place) : [part];
      if (names.length + made.length * ends.length > MOST_NAMES) refuse(place, tooMany(list));
      made = made.flatMap((start) => ends.map((end) => start + end));
    }
    for (const name of made) names.push(name);
  }
  return names;
}

/** "001-128,200": as many digits as the first end has. */
function rangeOf(words: string, place: Place): string[] {
  return words.split(",").flatMap((word) => {
    const [, from, to = from] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(word) ?? [];
    if (from === undefined || to === undefined) return refuse(place, torn(`[${word}]`));
    const [first, last] = [Number(from), Number(to)];
    if (last < first) refuse(place, torn(`[${word}]`));
    if (last - first >= MOST_NAMES) refuse(place, tooMany(word));
    return Array.from({ length: last - first + 1 }, (_, i) =>
      String(first + i).padStart(from.length, "0"),
    );
  });
}

/** Each switch has one above it at most, so going up either ends or comes back. */
function refuseCircle(lines: readonly Line[], above: ReadonlyMap<string, string>): void {
  const ending = new Set<string>();
  for (const { keys, place } of lines) {
    const seen = new Set<string>();
    let name = keys.get("switchname");
    while (name !== undefined && !ending.has(name)) {
      if (seen.has(name)) {
        refuse(place, {
          code: "cycle",
          found: `${shown(name)} above itself`,
          expected: "a tree",
          nextStep: "correct one of its Switches",
        });
      }
      seen.add(name);
      name = above.get(name);
    }
    for (const one of seen) ending.add(one);
  }
}

function torn(found: string) {
  return {
    code: "not-a-fabric",
    found,
    expected: "SwitchName=s1 with Nodes=node[001-032] or Switches=s[2-5]",
    nextStep: "correct the line",
  };
}

function tooMany(words: string) {
  const expected = `at most ${MOST_NAMES} names`;
  return { code: "out-of-range", found: shown(words), expected, nextStep: "correct the range" };
}

function noLine(name: string) {
  return {
    code: "unknown-link",
    found: `the switch ${shown(name)}, which has no line`,
    expected: "a SwitchName line for every switch",
    nextStep: "add it, or copy the file whole",
  };
}

function twoAbove(name: string) {
  return {
    code: "repeated-value",
    found: `the switch ${shown(name)} under two others`,
    expected: "a tree, as Slurm has it",
    nextStep: "leave it under one of them",
  };
}
