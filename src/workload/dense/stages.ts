/** Layers of each stage; where they do not divide, early stages hold one more. */
import type { DenseRun } from "./types.ts";

type Staged = Pick<DenseRun, "model" | "layout">;

/** The last stage computes the logits besides, and so gets none of the rest. */
export function layersOfStage({ model, layout }: Staged, stage: number): number {
  const { stages } = layout;
  return Math.floor(model.layers / stages) + (stage < model.layers % stages ? 1 : 0);
}
