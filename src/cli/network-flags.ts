/** How the network is used, as typed: placement, routing, shares, semantics, failures. */
import type { Options } from "yargs";
import { InputError } from "../base/errors.ts";
import { parseRouting, ROUTING_WORDS } from "../files/routing-word.ts";
import type { NetworkChoices } from "../records/job.ts";
import type {
  Fidelity,
  Placement,
  Routing,
  Semantics,
  Sharing,
  Slowed,
} from "../records/schedule.ts";
import { isOn, text, texts } from "./command.ts";
import { countFlag, flagIssue, shareFlag } from "./flags.ts";

const SEMANTICS: readonly Semantics[] = ["barrier", "rendezvous", "stream"];
const FIDELITIES: readonly Fidelity[] = ["flow", "analytical", "auto"];
const SHARES: readonly Sharing[] = ["equal", "rtt"];

/** Which ways messages take, and which there are: the part that every question knows. */
export const ROUTING_OPTIONS: Readonly<Record<string, Options>> = {
  routing: {
    type: "string",
    requiresArg: true,
    describe:
      "d-mod-k, ecmp:SEED, ecmp-unsalted:SEED, spray, adaptive:SEED, dimension-order, minimal, " +
      "valiant:SEED",
  },
  "queue-pairs": {
    type: "string",
    requiresArg: true,
    describe: "connections that each message is spread over, hashed one by one",
  },
  fail: {
    type: "array",
    string: true,
    requiresArg: true,
    describe: "what is down: leaf-0:spine-3, or spine-3 (may be repeated)",
  },
};

/** The `network:` block of a question file. */
export function networkBlock(
  flags: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const [routing, pairs] = [text(flags, "routing"), text(flags, "queue-pairs")];
  const fail = texts(flags, "fail");
  const network = {
    ...(routing === undefined ? {} : { routing }),
    ...(pairs === undefined ? {} : { queuePairs: pairs }),
    ...(fail.length === 0 ? {} : { fail }),
  };
  return Object.keys(network).length === 0 ? {} : { network };
}

export const NETWORK_OPTIONS: Readonly<Record<string, Options>> = {
  ...ROUTING_OPTIONS,
  semantics: { choices: SEMANTICS, default: "barrier", describe: "when a message may start" },
  share: { choices: SHARES, default: "equal", describe: "shares of a link: equal, or 1/latency" },
  placement: {
    type: "string",
    requiresArg: true,
    default: "natural",
    describe: "where ranks sit: natural, random:SEED or a file",
  },
  seeds: {
    type: "string",
    requiresArg: true,
    describe: "a routing that draws, over so many seeds: p50, p95, worst",
  },
  slow: {
    type: "array",
    string: true,
    requiresArg: true,
    describe: "what is slower: leaf-0:spine-3=25% of its rate (may be repeated)",
  },
  fidelity: {
    choices: FIDELITIES,
    default: "flow",
    describe: "flow: simulated; analytical: bounds alone; auto: both, differences over 5 % shown",
  },
  unfolded: { type: "boolean", describe: "by the plain engine: every message an event" },
};

export async function networkChoices(
  flags: Readonly<Record<string, unknown>>,
  rankCount: number,
): Promise<NetworkChoices> {
  const routing = text(flags, "routing");
  const seeds = text(flags, "seeds");
  const pairs = text(flags, "queue-pairs");
  const failed = texts(flags, "fail");
  const slowed = texts(flags, "slow").map(slowedOf);
  const fidelity = FIDELITIES.find((one) => one === text(flags, "fidelity")) ?? "flow";
  const choices: NetworkChoices = {
    semantics: SEMANTICS.find((one) => one === text(flags, "semantics")) ?? "barrier",
    share: SHARES.find((one) => one === text(flags, "share")) ?? "equal",
    placement: await placementOf(text(flags, "placement") ?? "natural", rankCount),
    ...(routing === undefined ? {} : { routing: routingOf(routing) }),
    ...(seeds === undefined ? {} : { seedCount: countFlag("--seeds", seeds) }),
    ...(pairs === undefined ? {} : { queuePairCount: countFlag("--queue-pairs", pairs) }),
    ...(failed.length === 0 ? {} : { failed }),
    ...(slowed.length === 0 ? {} : { slowed }),
    ...(fidelity === "flow" ? {} : { fidelity }),
    ...(isOn(flags, "unfolded") ? { unfolded: true } : {}),
  };
  const isDrawn = choices.routing !== undefined && "seed" in choices.routing;
  if (choices.seedCount !== undefined && !isDrawn) {
    const found = `--seeds with ${routing ?? "the fabric's own routing"}`;
    const expected = "--routing ecmp:SEED, valiant:SEED or adaptive:SEED, which draw";
    throw new InputError([flagIssue("--seeds", found, expected, "add --routing ecmp:1")]);
  }
  return choices;
}

/** "leaf-0:spine-3=25%" */
export function slowedOf(word: string): Slowed {
  const [name = "", share] = word.split("=");
  if (name !== "" && share !== undefined) {
    return { name, rateShare: shareFlag("--slow", share, "above zero") };
  }
  const expected = "a cable or box and a share of its rate, as in leaf-0:spine-3=25%";
  throw new InputError([flagIssue("--slow", `"${word}"`, expected, "correct --slow")]);
}

async function placementOf(word: string, rankCount: number): Promise<Placement> {
  if (word === "natural") return { kind: "natural" };
  if (/^random(:|$)/.test(word)) {
    return { kind: "random", seed: seedOf("--placement", word, "random:7") };
  }
  const { readPlacement } = await import("../files/placement.ts");
  return readPlacement(word, rankCount);
}

function routingOf(word: string): Routing {
  const routing = parseRouting(word);
  if (routing !== undefined) return routing;
  const next = "correct --routing";
  throw new InputError([flagIssue("--routing", `"${word}"`, ROUTING_WORDS, next)]);
}

function seedOf(flag: string, word: string, example: string): number {
  const digits = /^[a-z-]+:([0-9]{1,9})$/.exec(word)?.[1];
  if (digits !== undefined) return Number(digits);
  const expected = `a seed behind the colon, as in ${example}`;
  throw new InputError([flagIssue(flag, `"${word}"`, expected, `write ${example}`)]);
}
