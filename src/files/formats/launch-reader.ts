/** Arguments of torchtitan, vLLM, SGLang or TensorRT-LLM as keys of a layout. */
import type { Issue } from "../../base/errors.ts";
import { InputError } from "../../base/errors.ts";
import { issueAt, refuse, shown, wholeFile } from "../issue.ts";
import type { ImportedRun } from "./imported.ts";
import type { LaunchTarget } from "./launch-targets.ts";
import { LAUNCH_DIALECTS, LAUNCH_TARGETS } from "./launch-targets.ts";

/** A layout in which each argument that counts something does count. */
const ALL: Parameters<(typeof LAUNCH_DIALECTS)["vllm"]["write"]>[0]["layout"] = {
  ...{ tensorRanks: 2, stages: 2, contextRanks: 2, replicas: 2, seqTokens: 2, microBatch: 2 },
  ...{ zeroStages: 3, expertRanks: 4, chunks: 2, globalBatch: 4, shardRanks: 4, jitterShare: 0 },
  ...{ recompute: "selective", precision: "fp8", precisionName: "fp8", schedule: "1f1b" },
  ...{ order: "tp-cp-dp-pp", contextKind: "ring", software: "compiled", text: "" },
};

export function isLaunchTarget(word: string): word is LaunchTarget {
  return LAUNCH_TARGETS.some((target) => target === word);
}

export function runFromLaunch(target: LaunchTarget, text: string, file: string): ImportedRun {
  const dialect = LAUNCH_DIALECTS[target];
  const plan = { layout: ALL, rankCount: 16, perNodeCount: 8, layerCount: 8 };
  const known = new Map(dialect.write(plan));
  const values = new Map<string, string>();
  const unread: string[] = [];
  const issues: Issue[] = [];
  let ranks: number | undefined;
  for (const { name, value, line } of argumentsOf(text)) {
    const sample = known.get(name);
    if (name === "--nproc_per_node" || name === "--nnodes") ranks = (ranks ?? 1) * Number(value);
    if (sample === undefined) {
      if (!PLACING.has(name)) unread.push(name.replace(/^--/, ""));
      continue;
    }
    if (typeof sample === "number" && !/^[1-9]\d{0,8}$/.test(value)) {
      issues.push(
        issueAt(
          { file, line, column: 1, pointer: "" },
          {
            ...{ code: "wrong-type", found: `${name} ${shown(value)}` },
            ...{ expected: "a whole number from 1 on", nextStep: "correct the argument" },
          },
        ),
      );
    }
    values.set(name, value);
  }
  if (issues.length > 0) throw new InputError(issues.slice(0, 50));
  if (values.size === 0) {
    refuse(wholeFile(file), {
      ...{ code: "unknown-table", found: `no argument of ${target}` },
      expected: `arguments such as ${[...known.keys()].slice(0, 3).join(", ")}`,
      nextStep: "name the script that launches it",
    });
  }
  const isTrained = target === "torchtitan" && ranks !== undefined && Number.isSafeInteger(ranks);
  return {
    layout: dialect.read(values),
    ...(isTrained && ranks !== undefined ? { rankCount: ranks } : {}),
    unread: unread.sort(),
    notes: values.has(PER_STAGE) ? [`${PER_STAGE}: chunks follow from the model's layers`] : [],
  };
}

const PER_STAGE = "--parallelism.pipeline_parallel_layers_per_stage";

/** They say where ranks are, not what they do. */
const PLACING = new Set([
  ...["--nproc_per_node", "--nnodes", "--gpus_per_node", "--model-path", "--node-rank"],
]);

interface Found {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** `--name value`, `--name=value` and bare names; comments are left out. */
function argumentsOf(text: string): Found[] {
  const words = text.split(/\r?\n/).flatMap((whole, i) => {
    const line = whole.replace(/(^|\s)#.*$/, "").replace(/\\\s*$/, "");
    return [...line.matchAll(/'[^']*'|"[^"]*"|\S+/g)].map(([word]) => ({
      word: word.replace(/^(['"])(.*)\1$/, "$2"),
      line: i + 1,
    }));
  });
  return words.flatMap(({ word, line }, i): Found[] => {
    if (!/^--[a-zA-Z]/.test(word)) return [];
    const equals = word.indexOf("=");
    if (equals !== -1)
      return [{ name: word.slice(0, equals), value: word.slice(equals + 1), line }];
    const next = words[i + 1]?.word ?? "";
    return [{ name: word, value: next.startsWith("--") ? "" : next, line }];
  });
}
