/** `collective`: how long, at which sizes, by which algorithm — nccl-tests' table. */
import { chosenByRules, choiceRules, isRules } from "../network/collectives/choice-rules.ts";
import { mscclProgram } from "../network/collectives/msccl.ts";
import { scheduleProgram } from "../network/collectives/schedule.ts";
import { busbwFactor } from "../network/collectives/names.ts";
import { collectiveTime } from "../network/collective-time.ts";
import { orderOf } from "../network/routing/placement.ts";
import { sceneGraph } from "../network/scene.ts";
import type { CollectiveQuestion } from "../records/job.ts";
import type { CollectiveResult, CollectiveRow } from "../records/result.ts";
import type { CollectiveTime, OnProgress } from "../records/schedule.ts";
import { bitRate, bytes, duration, fixed } from "../base/format.ts";
import { at } from "../base/assert.ts";
import { assumptionsOf } from "./assumptions.ts";
import { command, headOf, referenceOf } from "./head.ts";
import type { Asked } from "./head.ts";
import { networkWords } from "./network-words.ts";

export function answerCollective(question: CollectiveQuestion, asked: Asked): CollectiveResult {
  const { cluster, rankCount, collective } = question;
  const timers = timersOf(question, asked.onProgress);
  const rows = question.sizesBytes.map((sizeBytes) => rowOf(question, sizeBytes, timers));
  const last = at(rows, rows.length - 1);
  const sentence =
    `${collective} of ${bytes(last.sizeBytes)} over ${fixed(rankCount)} ranks of ` +
    `${cluster.name} takes ${duration(last.timeS)} by ${last.algorithm}: ` +
    `${bitRate(last.busbwBytesPerS)} bus bandwidth, limited by ${limitWords(last)}.` +
    seedWords(last);
  return {
    ...headOf(question, asked, assumptionsOf([cluster]), [
      command(["explain", "busbw"]),
      command(["topology", "show", referenceOf(cluster), "--ranks", String(rankCount)]),
    ]),
    answer: {
      sentence,
      verdict: "answer",
      beware: [...networkWords(question.network), ...differences(question, rows)],
    },
    kind: "collective",
    clusterId: cluster.id,
    rows,
  };
}

/** "auto": where bounds alone would have missed by more than a twentieth. */
const DIFFERENCE_SHOWN = 0.05;

function differences(question: CollectiveQuestion, rows: readonly CollectiveRow[]): string[] {
  if (question.network?.fidelity !== "auto") return [];
  const network = { ...question.network, fidelity: "analytical" as const };
  const [timer] = timersOf({ ...question, network });
  const found = rows.flatMap((row) => {
    const named = { ...question, algorithm: row.algorithm, network };
    const isOwn = question.moves !== undefined || question.msccl !== undefined;
    const bound = isOwn ? timer : at(timersOf(named), 0);
    const boundS = bound?.(row.sizeBytes).timeline.durationS ?? row.timeS;
    const share = 1 - boundS / row.timeS;
    if (share <= DIFFERENCE_SHOWN) return [];
    return [`${bytes(row.sizeBytes)}: ${duration(boundS)} (${fixed(share * 100)} % less)`];
  });
  if (found.length === 0) return ["Bounds alone give the same within 5 % at every size."];
  return [`Messages share links, which bounds alone do not see: ${found.join(", ")}.`];
}

function seedWords({ seeds }: CollectiveRow): string {
  if (seeds === undefined) return "";
  const { seedCount, p95S, worstS } = seeds;
  return ` Over ${fixed(seedCount)} seeds: p95 ${duration(p95S)}, worst ${duration(worstS)}.`;
}

function limitWords(row: CollectiveRow): string {
  const { kind, id, utilization } = row.limit;
  if (kind === "latency") return `latency (${id})`;
  return `${kind} ${id}, ${fixed(utilization * 100)} % busy`;
}

type Timer = (sizeBytes: number) => CollectiveTime;

/** One timer, or one for each seed of a hashed routing. */
function timersOf(
  { cluster, collective, algorithm, rankCount, moves, msccl, network = {} }: CollectiveQuestion,
  onProgress?: OnProgress,
): Timer[] {
  const { routing, seedCount = 1, queuePairCount, placement = { kind: "natural" } } = network;
  const order = orderOf(placement, rankCount);
  const run = onProgress === undefined ? network : { ...network, onProgress };
  const isOwn = moves !== undefined || msccl !== undefined;
  const rules = isRules(algorithm) && !isOwn ? choiceRules(algorithm) : undefined;
  const asked = { name: algorithm, collective, rankCount };
  const listed = moves === undefined ? undefined : scheduleProgram({ ...asked, moves });
  const schedule = msccl === undefined ? listed : mscclProgram(msccl, rankCount);
  return Array.from({ length: seedCount }, (_, i): Timer => {
    const isDrawn = routing !== undefined && "seed" in routing;
    const drawn = isDrawn ? { ...routing, seed: routing.seed + i } : routing;
    const graph = sceneGraph(cluster, rankCount, { ...network, ...(drawn && { routing: drawn }) });
    const head = { collective, order, queuePairCount, run, schedule };
    return (sizeBytes) => {
      const named =
        rules === undefined
          ? algorithm
          : chosenByRules(rules, { collective, sizeBytes, rankCount });
      return collectiveTime(graph, { ...head, algorithm: named, sizeBytes });
    };
  });
}

function rowOf(
  { collective, rankCount }: CollectiveQuestion,
  sizeBytes: number,
  timers: readonly Timer[],
): CollectiveRow {
  const times = timers.map((timer) => timer(sizeBytes));
  times.sort((a, b) => a.timeline.durationS - b.timeline.durationS);
  const atShare = (share: number): CollectiveTime =>
    at(times, Math.max(0, Math.ceil(share * times.length) - 1));
  const time = atShare(0.5);
  const timeS = time.timeline.durationS;
  const algbwBytesPerS = timeS === 0 ? 0 : sizeBytes / timeS;
  const seeds = {
    seedCount: times.length,
    p50S: timeS,
    p95S: atShare(0.95).timeline.durationS,
    worstS: atShare(1).timeline.durationS,
  };
  return {
    collective,
    algorithm: time.algorithm,
    rankCount,
    sizeBytes,
    timeS,
    algbwBytesPerS,
    busbwBytesPerS: algbwBytesPerS * busbwFactor(collective, rankCount),
    limit: time.timeline.limit,
    losers: time.losers,
    ...(times.length > 1 ? { seeds } : {}),
  };
}
