/** Routing as people type it: "d-mod-k", "ecmp:7", "valiant:1". */
import type { NetworkChoices } from "../records/job.ts";
import type { Routing } from "../records/schedule.ts";
import { finding } from "./finding.ts";
import type { Finding } from "./issues.ts";

export const ROUTING_WORDS =
  "d-mod-k, ecmp:SEED, ecmp-unsalted:SEED, spray, adaptive:SEED, dimension-order, minimal or " +
  "valiant:SEED";

/** Undefined where the word is none of them. */
export function parseRouting(word: string): Routing | undefined {
  const [, kind = "", digits] = /^([a-z-]+)(?::([0-9]{1,9}))?$/.exec(word) ?? [];
  const seed = digits === undefined ? undefined : Number(digits);
  switch (kind) {
    case "d-mod-k":
    case "spray":
    case "dimension-order":
    case "minimal":
      return seed === undefined ? { kind } : undefined;
    case "ecmp":
    case "ecmp-unsalted":
      return seed === undefined ? undefined : { kind: "ecmp", isSalted: kind === "ecmp", seed };
    case "valiant":
    case "adaptive":
      return seed === undefined ? undefined : { kind, seed };
  }
  return undefined;
}

export interface NetworkFile {
  readonly routing?: string;
  readonly queuePairs?: number;
  readonly fail?: readonly string[];
}

/** How a question's file uses the network; a word that is no routing is a finding. */
export function networkOf(
  file: NetworkFile | undefined,
  findings: Finding[],
): { readonly network?: NetworkChoices } {
  if (file === undefined) return {};
  const { routing: word, queuePairs, fail } = file;
  const routing = word === undefined ? undefined : parseRouting(word);
  if (word !== undefined && routing === undefined) {
    const next = "leave it out for the fabric's own";
    const pointer = "/network/routing";
    findings.push(finding(pointer, "not-allowed-value", `"${word}"`, ROUTING_WORDS, next));
  }
  return {
    network: {
      ...(routing === undefined ? {} : { routing }),
      ...(queuePairs === undefined ? {} : { queuePairCount: queuePairs }),
      ...(fail === undefined ? {} : { failed: fail }),
    },
  };
}
