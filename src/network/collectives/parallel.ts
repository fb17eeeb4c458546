/**
 * Chains of stages side by side, each on its part of the buffer.
 *
 * Step k of all chains is one step: their messages together. Where chains have steps of
 * other lengths, a repeated step is cut, so that each piece has one set of messages.
 */
import { at } from "../../base/assert.ts";
import type { ChunkRange, Step } from "../../records/schedule.ts";
import { chunkOf } from "./stage.ts";
import type { Holding, PlannedStage, Stage, StageMaker } from "./stage.ts";

/** One chain a part; chain p works on part p of what each rank holds. */
export function parallelStage(chains: readonly (readonly PlannedStage[])[]): StageMaker {
  return ({ rankCount, holding, share }) => {
    const made = chains.map((chain, p): { stages: Stage[]; holding: Holding } => {
      let held: Holding = (rank) => holding(rank).map((range) => chunkOf(range, p, chains.length));
      let part = share / chains.length;
      const stages: Stage[] = [];
      for (const { axis, make } of chain) {
        if (axis.memberCount === 1) continue;
        const stage = make({ rankCount, holding: held, share: part });
        stages.push(stage);
        held = stage.holding;
        part /= axis.memberCount;
      }
      return { stages, holding: held };
    });
    return {
      scatter: together(made.map(({ stages }) => stages.flatMap((stage) => stage.scatter))),
      gather: together(
        made.map(({ stages }) => stages.toReversed().flatMap((stage) => stage.gather)),
      ),
      holding: (rank) => made.flatMap((chain) => chain.holding(rank)),
    };
  };
}

interface Piece {
  readonly step: Step;
  /** Repetitions of the step that went before. */
  readonly done: number;
}

export function together(chains: readonly (readonly Step[])[]): Step[] {
  const places = chains.map(() => ({ index: 0, done: 0 }));
  const steps: Step[] = [];
  for (;;) {
    const pieces = chains.flatMap((chain, c): Piece[] => {
      const { index, done } = at(places, c);
      const step = chain[index];
      return step === undefined ? [] : [{ step, done }];
    });
    if (pieces.length === 0) return steps;
    const repeat = pieces.reduce(
      (least, { step, done }) => Math.min(least, step.repeat - done),
      Infinity,
    );
    steps.push(joined(pieces, repeat));
    for (const [c, chain] of chains.entries()) {
      const place = at(places, c);
      place.done += repeat;
      if (place.done < (chain[place.index]?.repeat ?? Infinity)) continue;
      place.index++;
      place.done = 0;
    }
  }
}

function joined(pieces: readonly Piece[], repeat: number): Step {
  const count = pieces.reduce((sum, { step }) => sum + step.source.length, 0);
  const source = new Int32Array(count);
  const target = new Int32Array(count);
  const messageBytes = new Float64Array(count);
  const starts: number[] = [];
  let end = 0;
  for (const { step } of pieces) {
    starts.push(end);
    source.set(step.source, end);
    target.set(step.target, end);
    messageBytes.set(step.messageBytes, end);
    end += step.source.length;
  }
  const part = (message: number, k: number): ChunkRange => {
    const i = starts.findLastIndex((start) => start <= message);
    const { step, done } = at(pieces, i);
    return step.part(message - at(starts, i), done + k);
  };
  const names = [...new Set(pieces.map(({ step }) => step.name))];
  return { name: names.join(", "), repeat, source, target, messageBytes, part };
}
