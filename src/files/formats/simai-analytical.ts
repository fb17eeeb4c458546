/**
 * The text workload that SimAI's analytical mode runs: a header of `key: value` words, the number
 * of layers, and twelve columns a layer. Types say their group by a suffix: _EP, _DP_EP, else that
 * of tensor parallelism for the first two collectives and of data parallelism for the third.
 */
import type { Issue } from "../../base/errors.ts";
import { InputError } from "../../base/errors.ts";
import type {
  SimaiColumn,
  SimaiGroup,
  SimaiLayer,
  SimaiOp,
  SimaiWorkload,
} from "../../records/simai.ts";
import { issueAt, refuse, shown } from "../issue.ts";
import { readText } from "../read.ts";

const POLICY = "HYBRID_TRANSFORMER_FWD_IN_BCKWD";
const OPS: ReadonlyMap<string, SimaiOp> = new Map([
  ["ALLREDUCE", "allreduce"],
  ["ALLGATHER", "allgather"],
  ["REDUCESCATTER", "reducescatter"],
  ["ALLTOALL", "alltoall"],
]);

export async function readSimaiWorkload(path: string): Promise<SimaiWorkload> {
  return parseSimaiWorkload(await readText(path), path);
}

export function parseSimaiWorkload(text: string, file: string): SimaiWorkload {
  const lines = text.split(/\r?\n/);
  const reader = new Reader(file);
  const header = reader.header(lines[0] ?? "");
  const count = Number(lines[1]?.trim());
  const rows = lines.slice(2).map((line, i) => [line, i + 3] as const);
  const full = rows.filter(([line]) => line.trim() !== "");
  if (!Number.isSafeInteger(count) || count < 1 || count !== full.length) {
    reader.complain(2, shown(lines[1] ?? ""), `the number of layers, ${full.length}`);
  }
  const layers = full.map(([line, number]) => reader.layer(line, number));
  reader.finish();
  return { ...header, layers };
}

class Reader {
  readonly #file: string;
  readonly #issues: Issue[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  header(line: string): Omit<SimaiWorkload, "layers"> {
    const [policy = "", ...words] = line.trim().split(/\s+/);
    if (policy !== POLICY) {
      const place = { file: this.#file, line: 1, column: 1, pointer: "" };
      const expected = `a workload of SimAI that begins with ${POLICY}`;
      refuse(place, {
        ...{ code: "not-simulated", found: shown(policy), expected },
        nextStep: "name another file; other policies have no analytical time there",
      });
    }
    const values = new Map<string, string>();
    for (const [i, word] of words.entries()) {
      const name = word.replace(/:$/, "");
      if (/^[A-Za-z_]+$/.test(name)) values.set(name, words[i + 1] ?? "");
    }
    const number = (name: string, otherwise: number): number => {
      const text = values.get(name);
      const value = text === undefined ? otherwise : Number(text);
      if (Number.isFinite(value) && value >= Math.min(1, otherwise)) return value;
      this.complain(1, `${name} ${shown(text)}`, "a number from 1 on");
      return 1;
    };
    return {
      tensorRanks: number("model_parallel_NPU_group", 1),
      expertRanks: number("ep", 1),
      pipelineRanks: number("pp", 1),
      chunks: number("vpp", 1),
      microBatches: number("ga", 1),
      rankCount: number("all_gpus", 1),
      pipelineBytes: Math.trunc(number("pp_comm", 0)),
    };
  }

  layer(line: string, number: number): SimaiLayer {
    const [name = "", , ...cells] = line.trim().split(/\s+/);
    if (cells.length < 9) this.complain(number, shown(line.trim()), "twelve columns");
    const column = (place: number, wide: boolean): SimaiColumn => {
      const [time = "", type = "", size = ""] = cells.slice(place, place + 3);
      const [op, group] = this.#type(type, number, wide);
      return {
        ...{ op, group },
        computeNs: this.#whole(time, number),
        sizeBytes: this.#whole(size, number),
      };
    };
    const [forward, inputGradient] = [column(0, false), column(3, false)];
    return { name, forward, inputGradient, weightGradient: column(6, true) };
  }

  complain(line: number, found: string, expected: string): void {
    const place = { file: this.#file, line, column: 1, pointer: "" };
    const nextStep = "correct the workload";
    this.#issues.push(issueAt(place, { code: "wrong-type", found, expected, nextStep }));
  }

  finish(): void {
    if (this.#issues.length > 0) throw new InputError(this.#issues.slice(0, 50));
  }

  #whole(text: string, line: number): number {
    const value = Number(text);
    if (text !== "" && Number.isSafeInteger(value) && value >= 0) return value;
    this.complain(line, shown(text), "a whole number of nanoseconds or bytes");
    return 0;
  }

  #type(text: string, line: number, wide: boolean): [SimaiOp | undefined, SimaiGroup] {
    const plain: SimaiGroup = wide ? "DP" : "TP";
    if (text === "NONE") return [undefined, plain];
    const [, word = "", suffix = ""] = /^([A-Z]+?)(_DP_EP|_EP)?$/.exec(text) ?? [];
    const op = OPS.get(word);
    if (op === undefined) this.complain(line, shown(text), [...OPS.keys(), "NONE"].join(", "));
    return [op, suffix === "_DP_EP" ? "DP_EP" : suffix === "_EP" ? "EP" : plain];
  }
}
