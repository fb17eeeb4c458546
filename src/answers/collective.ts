/** `collective`: how long, at which sizes, by which algorithm — nccl-tests' table. */
import { busbwFactor } from "../network/collectives/names.ts";
import { collectiveTime } from "../network/collective-time.ts";
import { buildGraph } from "../network/topology/build.ts";
import type { CollectiveQuestion } from "../records/job.ts";
import type { CollectiveResult, CollectiveRow } from "../records/result.ts";
import { bitRate, bytes, duration, fixed } from "../base/format.ts";
import { at } from "../base/assert.ts";
import { assumptionsOf } from "./assumptions.ts";
import { command, headOf, referenceOf } from "./head.ts";
import type { Asked } from "./head.ts";

export function answerCollective(question: CollectiveQuestion, asked: Asked): CollectiveResult {
  const { cluster, collective, rankCount } = question;
  const graph = buildGraph(cluster, rankCount);
  const rows = question.sizesBytes.map((sizeBytes): CollectiveRow => {
    const time = collectiveTime(graph, { collective, sizeBytes, algorithm: question.algorithm });
    const timeS = time.timeline.durationS;
    const algbwBytesPerS = timeS === 0 ? 0 : sizeBytes / timeS;
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
    };
  });
  const last = at(rows, rows.length - 1);
  const sentence =
    `${collective} of ${bytes(last.sizeBytes)} over ${fixed(rankCount)} ranks of ` +
    `${cluster.name} takes ${duration(last.timeS)} by ${last.algorithm}: ` +
    `${bitRate(last.busbwBytesPerS)} bus bandwidth, limited by ${limitWords(last)}.`;
  return {
    ...headOf(question, asked, assumptionsOf([cluster]), [
      command(["explain", "busbw"]),
      command(["topology", "show", referenceOf(cluster), "--ranks", String(rankCount)]),
    ]),
    answer: { sentence, verdict: "answer", beware: bewareOf() },
    kind: "collective",
    clusterId: cluster.id,
    rows,
  };
}

function limitWords(row: CollectiveRow): string {
  const { kind, id, utilization } = row.limit;
  if (kind === "latency") return `latency (${id})`;
  return `${kind} ${id}, ${fixed(utilization * 100)} % busy`;
}

function bewareOf(): string[] {
  return ["Barrier semantics: a step starts when all messages of the step before have arrived."];
}
