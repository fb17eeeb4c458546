/** What `replay` is asked, from its words: a schedule, a collective, or one message. */
import { InputError, UsageError } from "../base/errors.ts";
import type { AstraCollective, AstraMessage } from "../records/astra.ts";
import type { GoalReplayed, Replayed } from "../answers/replays.ts";
import { parseMessageSize } from "../files/spelling.ts";
import { countFlag, flagIssue } from "./flags.ts";

const COLLECTIVES: readonly AstraCollective[] = [
  "all-reduce",
  "reduce-scatter",
  "all-gather",
  "all-to-all",
];

/** The letters of LogGOPS, as the papers have them. */
const LETTERS = {
  L: "latencyNs",
  o: "overheadNs",
  O: "overheadNsPerByte",
  g: "gapNs",
  G: "gapNsPerByte",
  S: "eagerBytes",
} as const;

export async function goalReplay(path: string, given: string | undefined): Promise<GoalReplayed> {
  const { replayGoal } = await import("../answers/replays.ts");
  const { readGoal } = await import("../files/goal.ts");
  const parameters = loggopsFrom(given ?? "");
  return replayGoal(await readGoal(path), parameters);
}

function loggopsFrom(words: string): Record<string, number> {
  const entries = words.split(",").filter((word) => word.trim() !== "");
  const wrong = entries.filter((word) => !/^\s*[LoOgGS]=\d+(\.\d+)?\s*$/.test(word));
  if (wrong.length > 0) {
    const expected = "letters of L, o, O, g, G, S with a number each, as in L=2500,o=1500";
    throw new InputError(
      wrong.map((word) => flagIssue("--loggops", `"${word}"`, expected, "correct --loggops")),
    );
  }
  return Object.fromEntries(
    entries.map((word) => {
      const [letter = "", value = ""] = word.trim().split("=");
      return [LETTERS[letter as keyof typeof LETTERS], Number(value)];
    }),
  );
}

interface AstraPaths {
  readonly network: string | undefined;
  readonly system: string | undefined;
  readonly queues?: string | undefined;
}

export async function astraReplay(
  mode: "astra-unaware" | "astra-aware",
  target: string,
  { network, system, queues }: AstraPaths,
): Promise<Replayed> {
  if (network === undefined) throw new UsageError(`${mode} needs --network FILE`);
  const { readAstraNetwork, readAstraSystem } = await import("../files/formats/astra.ts");
  const { replayAstraCollective, replayAstraMessages } = await import("../answers/replays.ts");
  const [, what = "", size = ""] = /^([^:]*):(.*)$/.exec(target) ?? [];
  const collective = COLLECTIVES.find((name) => name === what.replaceAll("_", "-"));
  if (collective === undefined) {
    const messages = messagesFrom(target);
    return replayAstraMessages(mode, await readAstraNetwork(network), messages);
  }
  const bytes = parseMessageSize(size);
  if (bytes === undefined || bytes <= 0) return refuseTarget(target);
  if (system === undefined) throw new UsageError("a collective needs --system FILE");
  const files = {
    network: await readAstraNetwork(network),
    system: await readAstraSystem(system),
  };
  const queueCount = queues === undefined ? undefined : countFlag("--queues", queues, 64);
  return replayAstraCollective(mode, files, { collective, bytes, queueCount });
}

function messagesFrom(target: string): AstraMessage[] {
  return target.split(",").map((word) => {
    const [, from, to, size = ""] = /^(\d{1,9})-(\d{1,9}):(.+)$/.exec(word) ?? [];
    const sizeBytes = parseMessageSize(size);
    if (sizeBytes === undefined || sizeBytes <= 0) return refuseTarget(word);
    return { fromRank: Number(from), toRank: Number(to), sizeBytes };
  });
}

function refuseTarget(word: string): never {
  const expected = `COLLECTIVE:SIZE (${COLLECTIVES.join(", ")}) or FROM-TO:SIZE,…, as 1-4:1M`;
  throw new InputError([flagIssue("target", `"${word}"`, expected, "write it so")]);
}
