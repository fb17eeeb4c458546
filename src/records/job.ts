/** What is to be trained, and the question asked about it. */
import type { Cluster } from "./cluster.ts";
import type { ChunkMove, Collective, Placement, Routing, RunOptions, Slowed } from "./schedule.ts";
import type { MscclAlgorithm } from "./msccl.ts";
import type { LargeModel } from "./large-model.ts";
import type { LayoutRequest } from "./large-step.ts";
import type { ModelSpec } from "./trace.ts";

export type Sharding = "zero-1" | "replicated";
export type Scaling = "strong" | "weak";

export interface Job {
  readonly model: ModelSpec;
  /** Sequences per optimizer step over all accelerators. */
  readonly globalBatch: number;
  readonly tokensPerSample: number;
  /** Largest number of sequences in one forward pass of one accelerator. */
  readonly microBatchMax: number;
  readonly sharding: Sharding;
}

interface QuestionHead {
  /** File stem: names the reports. */
  readonly id: string;
  /** The question in words, as the file has it. */
  readonly title: string;
  readonly asOf: string;
  readonly seed: number;
}

/** Several clusters, several sizes: where does efficiency fall, and what does it cost? */
export interface CompareQuestion extends QuestionHead {
  readonly kind: "compare";
  readonly job: Job;
  readonly clusters: readonly Cluster[];
  readonly rankCounts: readonly number[];
  readonly baseRankCount: number;
  readonly efficiencyMin: number;
  /** Sequences per accelerator of the weak-scaling rows. */
  readonly weakBatch: number;
  /** Trains for real and replays these too. */
  readonly trainings: readonly Training[];
}

/** One cluster, one size: what will this give me? */
export interface SimulateQuestion extends QuestionHead {
  readonly kind: "simulate";
  readonly job: Job;
  readonly cluster: Cluster;
  readonly rankCount: number;
  /** Routing, queue pairs and failures; absent: as the fabric does it by itself. */
  readonly network?: NetworkChoices;
}

/** A step of a large model in one layout, or in the best that is found. */
export interface LargeStepQuestion extends QuestionHead {
  readonly kind: "large";
  readonly model: LargeModel;
  /** How the model was named: its id or the path of its file. */
  readonly reference: string;
  readonly cluster: Cluster;
  readonly rankCount: number;
  /** Keys as asked; with `isAuto`, what is absent is searched for. */
  readonly layout: LayoutRequest;
  readonly isAuto: boolean;
  /** What-ifs: "precision=fp8". */
  readonly changes: readonly string[];
}

/** One cluster: the greatest size at which a condition still holds. */
export interface SolveQuestion extends QuestionHead {
  readonly kind: "solve";
  readonly job: Job;
  readonly cluster: Cluster;
  readonly vary: "accelerators";
  readonly until: { readonly metric: "efficiency"; readonly efficiencyMin: number };
  readonly baseRankCount: number;
  readonly rankCountMax: number;
}

/** A table of collective times, as nccl-tests prints it. */
export interface CollectiveQuestion extends QuestionHead {
  readonly kind: "collective";
  readonly cluster: Cluster;
  readonly collective: Collective;
  /** "auto" or an algorithm's name. */
  readonly algorithm: string;
  /** A schedule of the user's own in place of an algorithm. */
  readonly moves?: readonly ChunkMove[];
  /** The same from MSCCL's XML. */
  readonly msccl?: MscclAlgorithm;
  readonly rankCount: number;
  readonly sizesBytes: readonly number[];
  /** How the network is used; absent: as the fabric does it by itself. */
  readonly network?: NetworkChoices;
}

export interface NetworkChoices extends RunOptions {
  readonly placement?: Placement;
  readonly routing?: Routing;
  /** Hashed routing over this many seeds, from its own on. */
  readonly seedCount?: number;
  /** Connections that a message is spread over, each hashed by itself; absent: one. */
  readonly queuePairCount?: number;
  /** Cables and boxes that are down: "leaf-3:spine-5", "spine-5". */
  readonly failed?: readonly string[];
  /** Cables and boxes that are slower than they should be. */
  readonly slowed?: readonly Slowed[];
}

export type Question =
  CompareQuestion | SimulateQuestion | LargeStepQuestion | SolveQuestion | CollectiveQuestion;

export type OptimizerKind = "sgd" | "adam" | "adamw";

/** A model to train on this machine: `scenarios/training/*.yaml`. */
export interface Training {
  readonly id: string;
  readonly model: ModelSpec;
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Adam where nothing is said. */
  readonly optimizer?: OptimizerKind;
  /** Of SGD; 0 where nothing is said. */
  readonly momentum?: number;
  /** Of AdamW; 0.01 where nothing is said. */
  readonly weightDecay?: number;
  /** Gradients longer than this are shortened to it. */
  readonly clipNorm?: number;
  /** Parts of the batch that are computed one after the other before each update. */
  readonly accumulation?: number;
  /** Steps over which the learning rate rises from zero. */
  readonly warmupSteps?: number;
  readonly schedule?: "constant" | "cosine";
  /** What operands of matrix products are rounded to; fp32 where nothing is said. */
  readonly precision?: "fp32" | "bf16";
}
