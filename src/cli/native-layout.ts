/** The flags that divide a training among processes: `--processes 4 --dp 2 --tp 2`. */
import type { Options } from "yargs";
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import type { Parallel, Zero } from "../training/parallel.ts";
import { isOn, text } from "./command.ts";
import { countFlag, flagIssue } from "./flags.ts";

const degree = (what: string): Options => {
  return { type: "string", requiresArg: true, describe: `train: ${what}` };
};

export const LAYOUT_OPTIONS: Readonly<Record<string, Options>> = {
  processes: { type: "string", requiresArg: true, describe: "train: processes, one for each rank" },
  dp: degree("data-parallel degree: ranks that share out the batch"),
  tp: degree("tensor-parallel degree: ranks that split each layer"),
  pp: degree("pipeline-parallel degree: ranks that have some layers each"),
  ep: degree("expert-parallel degree: ranks that have some experts each"),
  cp: degree("context-parallel degree: ranks that have some tokens of each sequence"),
  zero: {
    choices: ["0", "1", "2", "3"],
    default: "0",
    describe: "train: what ranks share out: 1 optimizer state, 2 gradients too, 3 parameters too",
  },
  schedule: {
    choices: ["1f1b", "interleaved"],
    default: "1f1b",
    describe: "train: the order of micro-batches in a pipeline",
  },
  "stages-per-rank": degree("stages of each rank, interleaved; default: 2"),
  "stage-layers": degree("layers of each stage, e.g. 0,1,1,0; default: balanced"),
  "micro-batches": degree("parts of each rank's batch, one after the other"),
  "sequence-parallel": {
    type: "boolean",
    describe: "train: split what lies between tensor-parallel layers by rows",
  },
};

const PROCESS_COUNT_MAX = 64;

type Flags = Readonly<Record<string, unknown>>;

/**
 * One rank in each process. Experts may be shared out among data-parallel ranks, as frameworks
 * count them (`--dp 4 --ep 2` in 4 processes), or on an axis of their own (`--dp 2 --ep 2`).
 */
export function parallelOf(flags: Flags): Parallel {
  const count = (name: string) => {
    const given = text(flags, name);
    return given === undefined ? undefined : countFlag(`--${name}`, given);
  };
  const [tensor, pipeline] = [count("tp") ?? 1, count("pp") ?? 1];
  const [expert, context] = [count("ep") ?? 1, count("cp") ?? 1];
  const others = tensor * pipeline * context;
  const given = count("dp");
  const processCount = count("processes") ?? (given ?? 1) * others * expert;
  const whole = given ?? processCount / (others * expert);
  const isInside = whole % expert === 0 && whole * others === processCount;
  const data = isInside ? whole / expert : whole;
  refuseCounts({ processCount, data, expert, others, isGiven: given !== undefined });
  const isInterleaved = text(flags, "schedule") === "interleaved";
  const layers = text(flags, "stage-layers");
  return {
    degrees: { tensor, context, expert, data, pipeline },
    zero: zeroOf(text(flags, "zero")),
    schedule: isInterleaved ? "interleaved" : "1f1b",
    stagesPerRank: isInterleaved ? (count("stages-per-rank") ?? 2) : 1,
    layers: layers === undefined ? undefined : layersFlag(layers),
    sequenceParallel: isOn(flags, "sequence-parallel"),
    microBatches: count("micro-batches"),
  };
}

interface Counts {
  readonly processCount: number;
  readonly data: number;
  readonly expert: number;
  /** Ranks along the tensor, pipeline and context axes. */
  readonly others: number;
  readonly isGiven: boolean;
}

function refuseCounts({ processCount, data, expert, others, isGiven }: Counts): void {
  const issues: Issue[] = [];
  if (processCount > PROCESS_COUNT_MAX) {
    const expected = `at most ${PROCESS_COUNT_MAX} processes`;
    issues.push(flagIssue("--processes", String(processCount), expected, "take fewer"));
  }
  const product = data * others * expert;
  if (product !== processCount || !Number.isInteger(data)) {
    const rest = others * expert;
    const found = isGiven
      ? `degrees whose product is ${product}, for ${processCount} processes`
      : `degrees of ${rest} together, for ${processCount} processes`;
    const expected = "as many processes as the product of --dp, --tp, --pp, --ep and --cp";
    const fits = processCount % rest === 0;
    const nearest = isGiven ? product : Math.ceil(processCount / rest) * rest;
    const step = fits ? `take --dp ${processCount / rest}` : `take --processes ${nearest}`;
    issues.push(flagIssue("--processes", found, expected, step));
  }
  if (issues.length > 0) throw new InputError(issues);
}

function zeroOf(value: string | undefined): Zero {
  const stage = ([0, 1, 2, 3] as const).find((known) => String(known) === value);
  return stage ?? 0;
}

function layersFlag(value: string): readonly number[] {
  const parts = value.split(",").map((part) => part.trim());
  if (parts.every((part) => /^\d{1,6}$/.test(part))) return parts.map(Number);
  const expected = "layers of each stage, separated by commas, such as 0,1,1,0";
  throw new InputError([
    flagIssue("--stage-layers", `"${value}"`, expected, "correct --stage-layers"),
  ]);
}
