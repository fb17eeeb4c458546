/** Logs as nccl-tests prints them, of made-up runs. */
import { busbwFactor } from "../../src/network/collectives/names.ts";
import type { Collective } from "../../src/records/schedule.ts";

export interface MadeRun {
  readonly collective: Collective;
  readonly test: string;
  readonly rankCount: number;
  readonly perNode: number;
  readonly device: string;
  readonly rows: readonly { readonly sizeBytes: number; readonly timeS: number }[];
}

export function ncclText(run: MadeRun): string {
  const { test, rankCount, perNode, device, rows, collective } = run;
  const factor = busbwFactor(collective, rankCount);
  const devices = Array.from(
    { length: rankCount },
    (_, rank) =>
      `#  Rank ${rank} Group  0 Pid ${4000 + rank} on node-${Math.floor(rank / perNode)} ` +
      `device ${rank % perNode} [0000:1b:00] ${device}`,
  );
  const lines = rows.map(({ sizeBytes, timeS }) => {
    const gb = sizeBytes / timeS / 1e9;
    const [us, algbw, busbw] = [timeS * 1e6, gb, gb * factor].map((one) => one.toFixed(2));
    const body = `${us}  ${algbw}  ${busbw}      0`;
    return `   ${sizeBytes}   ${sizeBytes / 4}   float   sum   -1   ${body}   ${body}`;
  });
  return [
    "# nccl-tests version 2.17.1 nccl-headers=22803 nccl-library=22803",
    `# Collective test starting: ${test}_perf`,
    "# nThread 1 nGpus 1 minBytes 8 maxBytes 8589934592 step: 2(factor) warmup iters: 5",
    "#",
    "# Using devices",
    ...devices,
    "#",
    "#       size         count      type   redop    root     time   algbw   busbw #wrong",
    "#        (B)    (elements)                               (us)  (GB/s)  (GB/s)",
    ...lines,
    "# Out of bounds values : 0 OK",
    "",
  ].join("\n");
}
