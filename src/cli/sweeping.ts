/** What `sweep` and `merge` share: the file, progress, the signal to stop, words at the end. */
import { availableParallelism } from "node:os";
import { InputError } from "../base/errors.ts";
import { duration, fixed } from "../base/format.ts";
import { METRICS, partIds, PRECISIONS, RECOMPUTES, SHARDINGS } from "../answers/sweep-point.ts";
import { nowS } from "../files/clock.ts";
import { readSweep } from "../files/sweep.ts";
import type { Sweep, SweepSummary } from "../records/sweep.ts";
import { batchEvaluator } from "../sweeps/evaluate.ts";
import { BATCH, pointCount, WHOLE } from "../sweeps/points.ts";
import type { Shard } from "../sweeps/points.ts";
import { isOn, text } from "./command.ts";
import { countFlag, flagIssue } from "./flags.ts";
import { say } from "./output.ts";

type Flags = Readonly<Record<string, unknown>>;

export function readSweepFile(path: string): Promise<Sweep> {
  return readSweep(path, {
    words: {
      accelerator: partIds,
      recompute: RECOMPUTES,
      sharding: SHARDINGS,
      precision: PRECISIONS,
    },
    metrics: METRICS,
  });
}

export async function sweepAsked(flags: Flags) {
  const workers = text(flags, "workers");
  return {
    sweep: await readSweepFile(text(flags, "file") ?? ""),
    folder: text(flags, "output") ?? "",
    workers: workers === undefined ? availableParallelism() : countFlag("--workers", workers, 256),
    shard: shardFlag(text(flags, "shard")),
    resume: isOn(flags, "resume"),
    force: isOn(flags, "force"),
    onProgress: progress(),
    say,
  };
}

function shardFlag(value: string | undefined): Shard {
  if (value === undefined) return WHOLE;
  const [, index = "", count = ""] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  const shard = { index: Number(index), shardCount: Number(count) };
  if (count !== "" && shard.shardCount > 0 && shard.index < shard.shardCount) return shard;
  const expected = "a part and how many there are, from 0/16 to 15/16";
  throw new InputError([flagIssue("--shard", `"${value}"`, expected, "write --shard 0/16")]);
}

/** A line on stderr at most once a second, with the rate and the time left. */
function progress(): (done: number, all: number) => void {
  const startS = nowS();
  let lastS = startS;
  return (done, all) => {
    const now = nowS();
    if (now - lastS < 1 || done === all) return;
    lastS = now;
    const rate = (done * BATCH) / (now - startS);
    const leftS = ((all - done) * BATCH) / rate;
    const left = `${duration(leftS, 2)} left`;
    say(`${fixed(done)} of ${fixed(all)} batches, ${fixed(rate)} points/s, ${left}`);
  };
}

/** The first Ctrl-C lets what runs be committed; the second ends the process as usual. */
export async function withStop<T>(work: (isStopped: () => boolean) => Promise<T>): Promise<T> {
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    say("stopping after the batches that run; once more to end at once");
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    return await work(() => stopped);
  } finally {
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
  }
}

export function shownSummary(summary: SweepSummary, asJson: boolean): string {
  if (asJson) return `${JSON.stringify(summary, null, 2)}\n`;
  const { points, keptCount, batches, evaluatedBatches, files } = summary;
  const reused = batches - evaluatedBatches;
  const again = reused === 0 ? "" : `, ${fixed(reused)} of ${fixed(batches)} batches were there`;
  return [`${fixed(points)} points, ${fixed(keptCount)} kept${again}`, ...files, ""].join("\n");
}

/** One batch is run to know how long all take. */
export function drySweep(sweep: Sweep, asJson: boolean): number {
  const points = pointCount(sweep.axes);
  const startS = nowS();
  const { keys } = batchEvaluator(sweep)(0);
  const pointsPerS = Math.min(points, BATCH) / (nowS() - startS);
  const sizes = sweep.axes.map(({ name, values }) => `${name} ${values.length}`);
  const lines = asJson
    ? [JSON.stringify({ points, axes: sizes, firstBatchKept: keys.length }, null, 2)]
    : [
        `${fixed(points)} points: ${sizes.join(" × ")}`,
        `about ${duration(points / pointsPerS, 2)} on one thread`,
      ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}
