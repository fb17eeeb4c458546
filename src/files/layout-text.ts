/** "tp=8,pp=4,micro=1,recompute=selective" → what a layout says, all mistakes at once. */
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import type { LayoutRequest } from "../records/large-step.ts";
import type { Complaint, Place } from "./issue.ts";
import { didYouMean, issueAt, listed, shown } from "./issue.ts";

type Counted = "tensorRanks" | "stages" | "replicas" | "contextRanks" | "expertRanks" | "chunks";
type Sized = "globalBatch" | "microBatch" | "seqTokens" | "shardRanks";

const COUNTS: Readonly<Record<string, Counted | Sized>> = {
  ...({ tp: "tensorRanks", pp: "stages", dp: "replicas", cp: "contextRanks" } as const),
  ...({ ep: "expertRanks", vp: "chunks", micro: "microBatch", batch: "globalBatch" } as const),
  ...({ seq: "seqTokens", shard: "shardRanks" } as const),
};

const WORDS: Readonly<Record<string, readonly (readonly [string, Partial<LayoutRequest>])[]>> = {
  recompute: (["none", "selective", "per-op", "full"] as const).map((recompute) => [
    recompute,
    { recompute },
  ]),
  precision: [
    ["bf16", { precision: "bf16", precisionName: "bf16" }],
    ["fp32", { precision: "fp32", precisionName: "fp32" }],
    ["fp8", { precision: "fp8", precisionName: "fp8" }],
    ["mxfp8", { precision: "fp8", precisionName: "mxfp8" }],
    ["nvfp4", { precision: "fp4", precisionName: "nvfp4" }],
  ],
  schedule: [
    ["1f1b", { schedule: "1f1b" }],
    ["zero-bubble", { schedule: "zero-bubble" }],
  ],
  order: (["tp-cp-dp-pp", "tp-cp-pp-dp"] as const).map((order) => [order, { order }]),
  context: (["ring", "all-to-all"] as const).map((contextKind) => [contextKind, { contextKind }]),
  software: ["fused", "compiled", "eager", "unfused", "no-overlap"].map((software) => [
    software,
    { software },
  ]),
  zero: [0, 1, 2, 3].map((zeroStages) => [String(zeroStages), { zeroStages }]),
};

export const LAYOUT_KEYS = [...Object.keys(COUNTS), ...Object.keys(WORDS), "jitter"];

export interface AskedLayout {
  readonly layout: LayoutRequest;
  /** What the layout does not say is to be searched for. */
  readonly isAuto: boolean;
}

/** "auto", "auto,batch=512" or a layout without a search; mistakes stand at `place`. */
export function askedLayout(text: string, place: Place): AskedLayout {
  const isAuto = /^auto\b/.test(text);
  return { isAuto, layout: layoutFrom(isAuto ? text.replace(/^auto,?/, "") : text, place) };
}

/** From a place in a file, or from a flag, in which mistakes have columns. */
export function layoutFrom(
  text: string,
  origin: string | Place = "command line (--layout)",
): LayoutRequest {
  const issues: Issue[] = [];
  let request: LayoutRequest = {};
  const seen = new Set<string>();
  let column = 1;
  for (const piece of text.split(",")) {
    const pointer = `/${piece.split("=")[0] ?? ""}`;
    const place = typeof origin === "string" ? { file: origin, line: 1, column, pointer } : origin;
    column += piece.length + 1;
    if (piece.trim() === "") continue;
    const read = pieceOf(piece.trim(), seen);
    if ("complaint" in read) issues.push(issueAt(place, read.complaint));
    else request = { ...request, ...read.request };
  }
  if (issues.length > 0) throw new InputError(issues);
  return request;
}

type Read = { readonly request: LayoutRequest } | { readonly complaint: Complaint };

function pieceOf(piece: string, seen: Set<string>): Read {
  const [, key = "", value = ""] = /^([a-z]+) *= *(.+)$/i.exec(piece) ?? [];
  if (seen.has(key)) return wrong("duplicate-key", `${key} a second time`, "each key once", key);
  seen.add(key);
  const name = Object.hasOwn(COUNTS, key) ? COUNTS[key] : undefined;
  if (name !== undefined) {
    const count = Number(value);
    if (/^\d{1,8}$/.test(value) && count >= 1) return { request: { [name]: count } };
    return wrong("out-of-range", `${key}=${shown(value)}`, "a whole number from 1 on", key);
  }
  const words = Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
  if (words !== undefined) {
    const found = words.find(([word]) => word === value.toLowerCase());
    if (found !== undefined) return { request: found[1] };
    const all = words.map(([word]) => word);
    const next = didYouMean(suggest(value, all), "take one of those listed");
    return complain("not-allowed-value", `${key}=${shown(value)}`, listed(all), next);
  }
  if (key === "jitter") {
    const share = Number(value);
    if (value !== "" && share >= 0 && share < 1) return { request: { jitterShare: share } };
    return wrong("out-of-range", `jitter=${shown(value)}`, "a share from 0 to below 1", key);
  }
  const near = suggest(key || piece, LAYOUT_KEYS);
  return complain(
    "unknown-key",
    shown(piece),
    `key=value of ${LAYOUT_KEYS.join(", ")}`,
    didYouMean(near, "take one of those listed"),
  );
}

const wrong = (code: string, found: string, expected: string, key: string): Read =>
  complain(code, found, expected, `correct ${key}`);

function complain(code: string, found: string, expected: string, nextStep: string): Read {
  return { complaint: { code, found, expected, nextStep } };
}
