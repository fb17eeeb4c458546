/** What a reader must know of how the network was used, in sentences. */
import type { NetworkChoices } from "../records/job.ts";
import type { Placement, Routing, Semantics, Slowed } from "../records/schedule.ts";
import { fixed } from "../base/format.ts";

const SEMANTICS: Readonly<Record<Semantics, string>> = {
  barrier: "Barrier semantics: a step starts when all messages of the step before have arrived.",
  rendezvous:
    "Rendezvous semantics: a rank's next message starts its latency when the rank has received " +
    "and sent the one before.",
  stream:
    "Stream semantics: a rank's next message starts its latency when the rank has received the " +
    "one before, and its bytes follow those before them.",
};

export function networkWords(choices: NetworkChoices = {}): string[] {
  const { semantics = "barrier", share = "equal", placement, routing, failed = [] } = choices;
  const { slowed = [] } = choices;
  return [
    SEMANTICS[semantics],
    ...(share === "equal" ? [] : ["Flows share a link in proportion to 1 / latency (rtt)."]),
    ...(placement === undefined ? [] : placementWords(placement)),
    ...(routing === undefined ? [] : [routingWords(routing, choices.seedCount)]),
    ...(choices.queuePairCount === undefined
      ? []
      : [`Every message is spread over ${fixed(choices.queuePairCount)} queue pairs.`]),
    ...(failed.length === 0 ? [] : [`Down: ${failed.join(", ")}; messages take ways round.`]),
    ...(slowed.length === 0 ? [] : [`Slower: ${slowed.map(slowedWords).join(", ")}.`]),
    ...(choices.fidelity === "analytical"
      ? ["Analytical: bounds alone, nothing was simulated; times are the least there can be."]
      : []),
    ...(choices.unfolded === true ? ["Plain engine: every message was simulated."] : []),
  ];
}

function slowedWords({ name, rateShare }: Slowed): string {
  return `${name} at ${fixed(rateShare * 100)} % of its rate`;
}

function placementWords(placement: Placement): string[] {
  if (placement.kind === "natural") return [];
  if (placement.kind === "given") return [`Ranks sit as ${placement.name} says.`];
  return [`Ranks sit at random places (seed ${placement.seed}).`];
}

function routingWords(routing: Routing, seedCount = 0): string {
  if (!("seed" in routing)) return `Routing: ${routing.kind}.`;
  const salt =
    routing.kind === "ecmp" && !routing.isSalted
      ? ", without a salt a tier (switches hash alike)"
      : "";
  const name = {
    ecmp: "ECMP by hash",
    valiant: "Valiant, over a place in between picked by hash",
    adaptive: "adaptive, the least loaded way when messages start",
  }[routing.kind];
  if (seedCount === 0) return `Routing: ${name}, seed ${routing.seed}${salt}.`;
  const last = routing.seed + seedCount - 1;
  return (
    `Routing: ${name}, seeds ${routing.seed} to ${last}${salt}; ` +
    `the time is the median over ${fixed(seedCount)} seeds.`
  );
}
