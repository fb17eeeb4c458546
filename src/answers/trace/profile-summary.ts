/** Where the time of a profiled rank goes: computing, communicating, both at once, or neither. */
import { at } from "../../base/assert.ts";
import { bitRate, bytes, duration, fixed, percent } from "../../base/format.ts";
import type { ProfiledKernel, ProfiledRank } from "../../records/profile.ts";

export interface ProfileSummary {
  readonly file: string;
  readonly rank: number;
  readonly eventCount: number;
  readonly kernelCount: number;
  readonly copyCount: number;
  readonly callCount: number;
  /** From the first start to the last end on the accelerator. */
  readonly spanS: number;
  readonly computeS: number;
  readonly copyS: number;
  readonly communicationS: number;
  /** Of that, while nothing computes. */
  readonly exposedS: number;
  readonly idleS: number;
  readonly calls: readonly CallSummary[];
}

export interface CallSummary {
  readonly name: string;
  readonly group: string;
  readonly groupRankCount: number;
  readonly dtype: string;
  readonly callCount: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** As profiled, so with the waiting for others. */
  readonly totalS: number;
}

export function profileSummary({ file, rank = 0, eventCount, kernels }: ProfiledRank) {
  const of = (kind: ProfiledKernel["kind"]) => kernels.filter((one) => one.kind === kind);
  const [computing, copies, collectives] = [of("compute"), of("copy"), of("collective")];
  const computes = merged(computing);
  const communicates = merged(collectives);
  const all = merged(kernels);
  const spanS = all.length === 0 ? 0 : at(all, all.length - 1)[1] - at(all, 0)[0];
  const hiddenS = lengthOf(computes) + lengthOf(communicates) - lengthOf(both(kernels));
  const summary: ProfileSummary = {
    ...{ file, rank, eventCount, kernelCount: computing.length, copyCount: copies.length },
    ...{ callCount: collectives.length, spanS },
    computeS: lengthOf(computes),
    copyS: lengthOf(merged(copies)),
    communicationS: lengthOf(communicates),
    exposedS: lengthOf(communicates) - hiddenS,
    idleS: spanS - lengthOf(all),
    calls: callsOf(collectives),
  };
  return summary;
}

const both = (kernels: readonly ProfiledKernel[]) =>
  merged(kernels.filter(({ kind }) => kind !== "copy"));

type Span = readonly [number, number];

/** Kernels come in the order of their start. */
function merged(kernels: readonly ProfiledKernel[]): Span[] {
  const spans: [number, number][] = [];
  for (const { startS, durationS } of kernels) {
    const last = spans.at(-1);
    if (last === undefined || startS > last[1]) spans.push([startS, startS + durationS]);
    else last[1] = Math.max(last[1], startS + durationS);
  }
  return spans;
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, [begin, end]) => sum + (end - begin), 0);
}

function callsOf(kernels: readonly ProfiledKernel[]): CallSummary[] {
  const rows = new Map<string, { -readonly [K in keyof CallSummary]: CallSummary[K] }>();
  for (const { durationS, call } of kernels) {
    if (call === undefined) continue;
    const { name, group, groupRankCount, dtype } = call;
    const key = JSON.stringify([name, group, groupRankCount, dtype]);
    const empty = { callCount: 0, inputBytes: 0, outputBytes: 0, totalS: 0 };
    const row = rows.get(key) ?? { name, group, groupRankCount, dtype, ...empty };
    row.callCount++;
    row.inputBytes += call.inputBytes;
    row.outputBytes += call.outputBytes;
    row.totalS += durationS;
    rows.set(key, row);
  }
  return [...rows.values()];
}

export function profileLines(summary: ProfileSummary): string[] {
  const { rank, eventCount, kernelCount, copyCount, callCount, spanS, calls } = summary;
  const share = (seconds: number): string =>
    spanS > 0 ? `${duration(seconds)} (${percent(seconds / spanS)})` : duration(seconds);
  return [
    `rank ${rank}: ${fixed(eventCount)} events; ${fixed(kernelCount)} kernels, ` +
      `${fixed(copyCount)} copies and ${fixed(callCount)} collectives over ${duration(spanS)}`,
    `  computes ${share(summary.computeS)}, communicates ${share(summary.communicationS)}, of ` +
      `which exposed ${share(summary.exposedS)}; idle ${share(summary.idleS)}`,
    ...calls.map(
      ({ name, group, groupRankCount, dtype, callCount: count, inputBytes, outputBytes, totalS }) =>
        `  group ${group} of ${fixed(groupRankCount)}: ${fixed(count)} × ${name} of ${dtype}, ` +
        `${bytes(inputBytes)} in, ${bytes(outputBytes)} out, ${duration(totalS)}` +
        (totalS > 0 ? `, ${bitRate(Math.max(inputBytes, outputBytes) / totalS)} as profiled` : ""),
    ),
  ];
}
