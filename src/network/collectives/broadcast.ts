/**
 * Broadcast from rank 0.
 *
 * `binomial`: in each step every rank that has the buffer sends all of it to one that has
 * not. `scatter-all-gather`: the buffer is halved down a binomial tree until each rank has its
 * chunk; then a ring brings the others: more steps, but a rank sends about twice the buffer.
 * Source: van de Geijn 1994, "On global combine operations", JPDC 22(2); Thakur et al. 2005.
 *
 *     binomial: T = ⌈log₂ n⌉·(a + S/B)
 */
import type { Program, Step } from "../../records/schedule.ts";
import { ringStage } from "./ring.ts";

export function binomialBroadcast(rankCount: number, sizeBytes: number): Program {
  const steps: Step[] = [];
  for (let have = 1; have < rankCount; have *= 2) {
    const count = Math.min(have, rankCount - have);
    const source = Int32Array.from({ length: count }, (_, rank) => rank);
    steps.push({
      name: `to rank ${have} and on`,
      repeat: 1,
      source,
      target: source.map((rank) => rank + have),
      messageBytes: new Float64Array(count).fill(sizeBytes),
      part: () => ({ from: 0, to: 1, reduces: false }),
    });
  }
  return { collective: "broadcast", algorithm: "binomial", rankCount, sizeBytes, steps };
}

export function scatterAllGatherBroadcast(rankCount: number, sizeBytes: number): Program {
  const axis = { name: "", rankStep: 1, memberCount: rankCount };
  const ring = ringStage(axis)({
    rankCount,
    holding: () => [{ from: 0, to: 1 }],
    share: sizeBytes,
  });
  const steps = rankCount === 1 ? [] : [...scatterSteps(rankCount, sizeBytes), ...ring.gather];
  return { collective: "broadcast", algorithm: "scatter-all-gather", rankCount, sizeBytes, steps };
}

/** Rank `first` has the chunks of ranks first … end − 1; the upper half goes to its middle. */
function scatterSteps(rankCount: number, sizeBytes: number): Step[] {
  const steps: Step[] = [];
  let groups = [{ first: 0, end: rankCount }];
  while (groups.some(({ first, end }) => end - first > 1)) {
    const halves = groups.map(({ first, end }) => ({ first, middle: (first + end + 1) >> 1, end }));
    const sends = halves.filter(({ middle, end }) => middle < end);
    const share = (index: number) => ({
      from: sends[index]!.middle / rankCount,
      to: sends[index]!.end / rankCount,
    });
    steps.push({
      name: "scatter",
      repeat: 1,
      source: Int32Array.from(sends, ({ first }) => first),
      target: Int32Array.from(sends, ({ middle }) => middle),
      messageBytes: Float64Array.from(
        sends,
        ({ middle, end }) => ((end - middle) / rankCount) * sizeBytes,
      ),
      part: (index) => ({ ...share(index), reduces: false }),
    });
    groups = halves.flatMap(({ first, middle, end }) =>
      middle < end
        ? [
            { first, end: middle },
            { first: middle, end },
          ]
        : [{ first, end }],
    );
  }
  return steps;
}
