/**
 * A cluster in one line: "128 x dgx-h100, rail fat tree 2:1, 400G".
 *
 * Nodes, fabric and rate, then parts by id. It becomes the data of a cluster file, which is
 * checked like any other; complaints name the column of the words they are about. Sizes not
 * given are chosen so that a switch's ports add up.
 */
import type { Document } from "./document.ts";
import type { Place } from "./issue.ts";
import { refuse, shown } from "./issue.ts";
import { readReference } from "./references.ts";
import type { Origin } from "./references.ts";
import { shortFabric } from "./short-fabric.ts";
import { parseLinkSpeed } from "./spelling.ts";
import { isGroup } from "./walk.ts";

/** A number of things comes first; no id and no path has that. */
export function isShortForm(reference: string): boolean {
  return /^\s*[0-9][0-9,_]*\s*(x|×|\*)\s*[a-z]/i.test(reference);
}

export interface Term {
  readonly text: string;
  readonly place: Place;
}

export const SHORT_FORM = "such as 128 x dgx-h100, rail fat tree 2:1, 400G";

export async function shortCluster(text: string, origin: Origin): Promise<Document> {
  const terms = termsOf(text, origin);
  const [nodes, fabric, rate, ...parts] = terms;
  if (nodes === undefined || fabric === undefined || rate === undefined) {
    const place = terms.at(-1)?.place ?? placeAt(0, origin);
    return refuse(place, {
      code: "bad-short-form",
      found: `${terms.length} of three parts`,
      expected: `nodes, fabric and rate, ${SHORT_FORM}`,
      nextStep: "write what is missing, with commas between",
    });
  }
  const { count, node, name, perNode } = await nodesOf(nodes, origin);
  const bytesPerS = rateOf(rate);
  const gbps = Math.round((8 * bytesPerS) / 1e9);
  const [switchId = SWITCHES[gbps]] = parts.map((part) => part.text);
  const radix = await radixOf(switchId, parts[0]?.place, origin);
  const links = linksOf(gbps);
  const made = shortFabric(fabric, {
    ...{ nodeCount: count, perNodeCount: perNode, radix, ...links },
    ...(switchId === undefined ? {} : { switchId }),
  });
  const isTpu = name.startsWith("tpu");
  const data = {
    id: idOf(text),
    name: text.trim(),
    summary: text.trim(),
    node,
    fabric: made,
    ...(isGroup(node) ? {} : { software: isTpu ? "xla-2026" : "fused-2026", site: "us-average" }),
  };
  return {
    file: nodes.place.file,
    data,
    place: (pointer) => ({ ...placeOf(pointer, { nodes, fabric, rate }), pointer }),
    sourceOf: () => "the short form",
  };
}

function placeOf(
  pointer: string,
  terms: { readonly nodes: Term; readonly fabric: Term; readonly rate: Term },
): Place {
  if (/^\/fabric\/(link|uplink|localLink|globalLink|cable)/.test(pointer)) return terms.rate.place;
  return pointer.startsWith("/fabric") ? terms.fabric.place : terms.nodes.place;
}

/** Parts between commas; commas between digits belong to a number. */
function termsOf(text: string, origin: Origin): Term[] {
  const terms: Term[] = [];
  let start = 0;
  for (const piece of text.split(/(?<![0-9]),|,(?![0-9]{3}(?![0-9A-Za-z]))/)) {
    const lead = piece.length - piece.trimStart().length;
    terms.push({ text: piece.trim(), place: placeAt(start + lead, origin) });
    start += piece.length + 1;
  }
  return terms.filter((term) => term.text !== "");
}

/** In a file the value starts at a place of its own; as a flag in column 1. */
function placeAt(offset: number, { place }: Origin): Place {
  if (place !== undefined) return { ...place, column: place.column + offset };
  return { file: "--cluster", line: 1, column: 1 + offset, pointer: "" };
}

interface Nodes {
  readonly count: number;
  readonly node: unknown;
  readonly name: string;
  readonly perNode: number;
}

async function nodesOf({ text, place }: Term, origin: Origin): Promise<Nodes> {
  const [, digits = "", name = ""] = /^([0-9][0-9,_]*)\s*[x×*]\s*(.+)$/i.exec(text) ?? [];
  const count = Number(digits.replaceAll(/[,_]/g, ""));
  if (!Number.isInteger(count) || count < 1 || count > 1 << 20) {
    return refuse(place, {
      code: "bad-short-form",
      found: shown(text),
      expected: `a number of nodes and a node, ${SHORT_FORM}`,
      nextStep: "write 128 x dgx-h100, or 64 x host for bare hosts",
    });
  }
  if (name === "host") {
    const node = { name: "host", accelerators: 1 };
    return { count, node, name, perNode: 1 };
  }
  const { document } = await readReference("host-part", name, { ...origin, place });
  const { data } = document;
  const perNode = isGroup(data) && Number(data["accelerators"]);
  return { count, node: name, name, perNode: perNode === false ? 1 : perNode };
}

function rateOf({ text, place }: Term): number {
  const bytesPerS = parseLinkSpeed(text.toUpperCase()) ?? gigabits(text);
  if (bytesPerS !== undefined && bytesPerS > 0) return bytesPerS;
  return refuse(place, {
    code: bytesPerS === 0 ? "out-of-range" : "bad-short-form",
    found: shown(text),
    expected: "the rate of a link above zero, such as 400G",
    nextStep: "write 400G or 800G",
  });
}

function gigabits(text: string): number | undefined {
  const [, number] = /^([0-9]+(?:\.[0-9]+)?)\s*(?:G|Gb\/s|Gbps)$/i.exec(text) ?? [];
  return number === undefined ? undefined : (Number(number) * 1e9) / 8;
}

/** The switch of a rate where none is named. */
const SWITCHES: Readonly<Record<number, string | undefined>> = { 400: "qm9700", 800: "q3400" };

const PLAIN_RADIX = 64;

async function radixOf(
  switchId: string | undefined,
  place: Place | undefined,
  origin: Origin,
): Promise<number> {
  if (switchId === undefined) return PLAIN_RADIX;
  const at = place === undefined ? origin : { ...origin, place };
  const { data } = (await readReference("switch", switchId, at)).document;
  return isGroup(data) ? Number(data["ports"]) : PLAIN_RADIX;
}

/** Shipped links where there are any of this rate; else ones of the same latency. */
function linksOf(gbps: number): { readonly link: unknown; readonly uplink: unknown } {
  if (gbps === 400 || gbps === 800) {
    return { link: `link-${gbps}g-host`, uplink: `link-${gbps}g-switch` };
  }
  const source = "as on the shipped links of 400 Gb/s";
  const made = (latency: string) => ({
    rate: `${gbps} Gb/s`,
    latency: { value: latency, source, date: "2026-08-22", provenance: "assumed" },
  });
  return { link: made("600 ns"), uplink: made("50 ns") };
}

function idOf(text: string): string {
  const words = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return words.replaceAll(/^-+|-+$/g, "").slice(0, 60);
}
