/**
 * A launch script of Megatron-LM: its arguments, with the script's own variables put in, as a
 * model's configuration and a layout. Arguments that move neither are listed, not read.
 */
import type { Issue } from "../../base/errors.ts";
import { InputError } from "../../base/errors.ts";
import { issueAt, shown } from "../issue.ts";
import type { ImportedRun } from "./imported.ts";

/** Arguments with a number, and the key of a config.json that says the same. */
const MODEL_KEYS: Readonly<Record<string, string>> = {
  "num-layers": "num_hidden_layers",
  "hidden-size": "hidden_size",
  "num-attention-heads": "num_attention_heads",
  "num-query-groups": "num_key_value_heads",
  "kv-channels": "head_dim",
  "ffn-hidden-size": "intermediate_size",
  "max-position-embeddings": "max_position_embeddings",
  "vocab-size": "vocab_size",
  "num-experts": "num_local_experts",
  "moe-router-topk": "num_experts_per_tok",
  "moe-ffn-hidden-size": "moe_intermediate_size",
  "q-lora-rank": "q_lora_rank",
  "kv-lora-rank": "kv_lora_rank",
};

const LAYOUT_KEYS: Readonly<Record<string, string>> = {
  "tensor-model-parallel-size": "tp",
  "pipeline-model-parallel-size": "pp",
  "context-parallel-size": "cp",
  "expert-model-parallel-size": "ep",
  "micro-batch-size": "micro",
  "global-batch-size": "batch",
  "seq-length": "seq",
};

/** Read by name below, or said by another key. */
const ALSO_READ = new Set([
  ...["swiglu", "untie-embeddings-and-output-weights", "group-query-attention"],
  ...["position-embedding-type", "num-layers-per-virtual-pipeline-stage", "bf16", "fp16"],
  ...["fp8-format", "recompute-activations", "recompute-granularity", "use-distributed-optimizer"],
  ...[
    "nproc_per_node",
    "nproc-per-node",
    "nnodes",
    "multi-latent-attention",
    "overlap-grad-reduce",
  ],
  ...["tp-comm-overlap", "sequence-parallel", "add-qkv-bias", "disable-bias-linear"],
  ...["cp-comm-type", "use-tp-pp-dp-mapping", "recompute-method", "recompute-num-layers"],
]);

interface Argument {
  readonly words: string;
  readonly line: number;
}

export function runFromMegatron(text: string, file: string): ImportedRun {
  const { found, variables } = argumentsOf(text);
  const issues: Issue[] = [];
  const number = (name: string): number | undefined => {
    const argument = found.get(name);
    if (argument === undefined) return undefined;
    const value = Number(argument.words.replace(/^["']|["']$/g, ""));
    if (Number.isInteger(value) && value >= 1) return value;
    const place = { file, line: argument.line, column: 1, pointer: `/${name}` };
    issues.push(issueAt(place, notCount(name, argument.words)));
    return undefined;
  };
  const read = (keys: Readonly<Record<string, string>>): Record<string, number> => {
    const entries = Object.entries(keys).flatMap(([name, key]) => {
      const value = number(name);
      return value === undefined ? [] : [[key, value] as const];
    });
    return Object.fromEntries(entries);
  };
  const numbers = read(MODEL_KEYS);
  const config = { ...wordsOfModel(found, numbers), ...numbers };
  const layout = { ...read(LAYOUT_KEYS), ...wordsOfLayout(found, numbers, number) };
  const perNode = number("nproc_per_node") ?? number("nproc-per-node");
  const nodes = number("nnodes") ?? 1;
  if (issues.length > 0) throw new InputError(issues);
  const known = (name: string): boolean =>
    name in MODEL_KEYS || name in LAYOUT_KEYS || ALSO_READ.has(name);
  return {
    config,
    layout: Object.entries(layout).map(([key, value]) => `${key}=${value}`),
    ...(perNode === undefined ? {} : { rankCount: perNode * nodes }),
    unread: [...found.keys()].filter((name) => !known(name)).sort(),
    notes: variables.map((name) => `$${name} has no value in the script`),
  };
}

function notCount(name: string, words: string) {
  return {
    code: "out-of-range",
    found: `--${name} ${shown(words)}`,
    expected: "a whole number from 1 on",
    nextStep: `give --${name} its number, or set the variable it names in the script`,
  };
}

/** The script's arguments, variables put in; the later of two stands. */
function argumentsOf(text: string) {
  const values = new Map<string, string>();
  const missing = new Set<string>();
  const found = new Map<string, Argument>();
  const put = (words: string): string =>
    words.replace(/\$\{?(\w+)(?::-([^}]*))?\}?/g, (whole, name: string, otherwise?: string) => {
      const value = values.get(name) ?? otherwise;
      if (value === undefined && !/^\d|^@/.test(name)) missing.add(name);
      return value ?? whole;
    });
  text.split(/\r?\n/).forEach((raw, i) => {
    const line = raw.replace(/(^|\s)#.*$/, "$1").replace(/\\\s*$/, "");
    const set = /^\s*(?:export\s+)?(\w+)=(?!\()("[^"]*"|'[^']*'|[^\s]*)\s*$/.exec(line);
    if (set !== null) values.set(set[1] ?? "", put((set[2] ?? "").replace(/^["']|["']$/g, "")));
    for (const [, name = "", value = ""] of line.matchAll(ARGUMENT)) {
      found.set(name, { words: put(value), line: i + 1 });
    }
  });
  const used = [...found.values()].map(({ words }) => words).join(" ");
  return { found, variables: [...missing].filter((name) => used.includes(name)) };
}

const ARGUMENT = /(?:^|[\s"'(])--([a-z][\w-]*)(?:[\s=]+((?!--)[^\s"')]+|"[^"]*"))?/g;

function wordsOfModel(
  found: ReadonlyMap<string, Argument>,
  numbers: Readonly<Record<string, number>>,
): Readonly<Record<string, string | number | boolean>> {
  const isGated = found.has("swiglu");
  const isRotary = /rope/.test(found.get("position-embedding-type")?.words ?? "");
  const seq = Number(found.get("seq-length")?.words ?? 0);
  return {
    model_type: isGated || isRotary ? "llama" : "gpt2",
    tie_word_embeddings: !found.has("untie-embeddings-and-output-weights"),
    ...(numbers["max_position_embeddings"] === undefined && seq > 0
      ? { max_position_embeddings: seq }
      : {}),
  };
}

function wordsOfLayout(
  found: ReadonlyMap<string, Argument>,
  numbers: Readonly<Record<string, number>>,
  number: (name: string) => number | undefined,
): Readonly<Record<string, string | number>> {
  const perChunk = number("num-layers-per-virtual-pipeline-stage");
  const stages = number("pipeline-model-parallel-size") ?? 1;
  const layers = numbers["num_hidden_layers"] ?? 0;
  const granularity = found.get("recompute-granularity")?.words;
  const isFull = granularity === "full";
  const isSelective = found.has("recompute-activations") || granularity === "selective";
  const eager = found.has("tp-comm-overlap") || found.has("overlap-grad-reduce");
  return {
    ...(perChunk === undefined ? {} : { vp: Math.max(1, layers / stages / perChunk) }),
    recompute: isFull ? "full" : isSelective ? "selective" : "none",
    precision: found.has("fp8-format") ? "fp8" : "bf16",
    zero: found.has("use-distributed-optimizer") ? 1 : 0,
    ...(found.get("cp-comm-type")?.words === "a2a" ? { context: "all-to-all" } : {}),
    ...(found.has("use-tp-pp-dp-mapping") ? { order: "tp-cp-pp-dp" } : {}),
    ...(eager ? { software: "fused" } : {}),
  };
}
