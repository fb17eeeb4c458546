/** The shape of a question's file after conversion. */
import type { Sharding } from "../records/job.ts";
import type { ComputeFrom } from "../records/trace-question.ts";
import type { ModelFile } from "./model.ts";
import type { NetworkFile } from "./routing-word.ts";
import type { COLLECTIVES } from "./schemas/question.ts";

interface Head {
  readonly title?: string;
  readonly asOf?: string;
  readonly seed?: number;
}

export interface JobFile {
  readonly model: string | ModelFile;
  readonly globalBatch?: number;
  readonly tokensPerSample?: number;
  readonly microBatch?: number;
  readonly sharding?: Sharding;
}

export interface CompareFile extends Head {
  readonly question: "compare";
  readonly job: JobFile;
  readonly clusters: readonly string[];
  readonly accelerators: readonly number[];
  readonly base?: number;
  readonly until: string;
  readonly weakBatch?: number;
  readonly trainings?: readonly string[];
}

export interface SimulateFile extends Head {
  readonly question: "simulate";
  readonly job: JobFile;
  readonly cluster: string;
  readonly accelerators: number;
  readonly layout?: string;
  readonly whatIf?: readonly string[];
  readonly network?: NetworkFile;
}

export interface SolveFile extends Head {
  readonly question: "solve";
  readonly job: JobFile;
  readonly cluster: string;
  readonly vary?: "accelerators";
  readonly until: string;
  readonly base?: number;
  readonly max?: number;
}

export interface CollectiveFile extends Head {
  readonly question: "collective";
  readonly cluster: string;
  readonly collective: keyof typeof COLLECTIVES;
  readonly algorithm?: string;
  readonly ranks: number;
  readonly sizes: { readonly from: number; readonly to: number; readonly factor?: number };
}

export interface ReplayFile extends Head {
  readonly question: "replay";
  readonly cluster: string;
  readonly workload: {
    readonly trace: string;
    readonly groups?: string;
    readonly compute?: ComputeFrom;
  };
}

export type QuestionFile = CompareFile | SimulateFile | SolveFile | CollectiveFile | ReplayFile;
