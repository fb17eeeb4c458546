/**
 * A DeepSpeed configuration as keys of a layout: batch, ZeRO stage, precision, recompute. It
 * holds no model. What would change the answer and is not modeled is refused by name.
 */
import type { Issue } from "../../base/errors.ts";
import { InputError } from "../../base/errors.ts";
import type { Document } from "../document.ts";
import { issueAt, refuse, shown } from "../issue.ts";
import { isGroup } from "../walk.ts";
import type { ImportedRun } from "./imported.ts";

type Group = Readonly<Record<string, unknown>>;

const READ = new Set([
  ...["train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps"],
  ...["zero_optimization", "bf16", "fp16", "activation_checkpointing"],
]);

export function runFromDeepSpeed(document: Document): ImportedRun {
  const { data } = document;
  if (!isGroup(data)) {
    return refuse(document.place("", "value"), {
      code: "wrong-type",
      found: shown(data),
      expected: "a group of keys, as DeepSpeed's configuration holds",
      nextStep: "name the file given to --deepspeed_config",
    });
  }
  const issues: Issue[] = [];
  const notes: string[] = [];
  const count = (key: string): number | undefined => {
    const value = data[key];
    if (value === undefined) return undefined;
    if (value === "auto") {
      notes.push(`${key} is "auto": the trainer sets it, so it is left open`);
      return undefined;
    }
    if (typeof value === "number" && Number.isInteger(value) && value >= 1) return value;
    issues.push(issueAt(document.place(`/${key}`, "value"), notCount(key, value)));
    return undefined;
  };
  const batch = count("train_batch_size");
  const micro = count("train_micro_batch_size_per_gpu");
  const accumulation = count("gradient_accumulation_steps");
  const zero = zeroOf(document, inner(data, "zero_optimization"), issues);
  issues.push(...batchIssues(document, { batch, micro, accumulation }));
  if (issues.length > 0) throw new InputError(issues);
  const replicas = dataRanks(batch, micro, accumulation);
  return {
    layout: [
      ...(batch === undefined ? [] : [`batch=${batch}`]),
      ...(micro === undefined ? [] : [`micro=${micro}`]),
      ...(replicas === undefined ? [] : [`dp=${replicas}`]),
      `zero=${zero}`,
      ...precisionOf(data, notes),
      ...(isGroup(data["activation_checkpointing"]) ? ["recompute=full"] : []),
      "software=eager",
    ],
    ...(replicas === undefined ? {} : { rankCount: replicas }),
    unread: Object.keys(data)
      .filter((key) => !READ.has(key))
      .sort(),
    notes,
  };
}

const inner = (data: Group, key: string): Group => {
  const value = data[key];
  return isGroup(value) ? value : {};
};

function dataRanks(batch?: number, micro?: number, accumulation?: number): number | undefined {
  if (batch === undefined || micro === undefined || accumulation === undefined) return undefined;
  return batch / micro / accumulation;
}

function zeroOf(document: Document, zero: Group, issues: Issue[]): number {
  const stage = zero["stage"] ?? 0;
  if (stage !== 0 && stage !== 1 && stage !== 2 && stage !== 3) {
    const place = document.place("/zero_optimization/stage", "value");
    issues.push(
      issueAt(place, {
        code: "not-allowed-value",
        found: `stage ${shown(stage)}`,
        expected: "0, 1, 2 or 3",
        nextStep: "take one of those",
      }),
    );
  }
  for (const key of ["offload_optimizer", "offload_param"]) {
    const offload = inner(zero, key);
    if (offload["device"] === undefined || offload["device"] === "none") continue;
    const place = document.place(`/zero_optimization/${key}`, "key");
    issues.push(
      issueAt(place, {
        code: "not-modeled",
        found: `${key} to ${shown(offload["device"])}`,
        expected: "state on the accelerators",
        nextStep: `set ${key}.device to "none"; a step with offload is not predicted`,
      }),
    );
  }
  return typeof stage === "number" ? stage : 0;
}

function precisionOf(data: Group, notes: string[]): string[] {
  const isOn = (key: string): boolean => inner(data, key)["enabled"] === true;
  if (isOn("bf16")) return ["precision=bf16"];
  if (isOn("fp16")) {
    notes.push("fp16 multiplies as fast as bf16 and is read as it");
    return ["precision=bf16"];
  }
  const isOpen = ["bf16", "fp16"].some((key) => inner(data, key)["enabled"] === "auto");
  if (isOpen) notes.push('precision is "auto": the trainer sets it, so it is left open');
  return isOpen ? [] : ["precision=fp32"];
}

function batchIssues(
  document: Document,
  {
    batch,
    micro,
    accumulation,
  }: Readonly<Record<"batch" | "micro" | "accumulation", number | undefined>>,
): Issue[] {
  const each = (micro ?? 1) * (accumulation ?? 1);
  if (batch === undefined || batch % each === 0) return [];
  const place = document.place("/train_batch_size", "value");
  return [
    issueAt(place, {
      code: "does-not-divide",
      found: `train_batch_size ${batch}`,
      expected: `a multiple of ${micro ?? 1} a micro-batch times ${accumulation ?? 1} steps`,
      nextStep: `take ${Math.max(1, Math.floor(batch / each)) * each}`,
    }),
  ];
}

function notCount(key: string, value: unknown) {
  return {
    code: "out-of-range",
    found: `${key} ${shown(value)}`,
    expected: 'a whole number from 1 on, or "auto"',
    nextStep: `correct ${key}`,
  };
}
