/** scenarios/questions/*.yaml: what one wants to know. */
import { modelBody } from "./model.ts";
import type { Collective } from "../../records/schedule.ts";
import type { Properties, Schema } from "./schema.ts";
import { choice, count, file, group, list, oneOf, quantity, ref, reference } from "./schema.ts";
import { tag, text } from "./schema.ts";

const accelerators = count("How many accelerators", 64, { maximum: 1 << 20 });

const head: Properties = {
  title: text("The question in words", "How long does one step take?"),
  asOf: {
    type: "string",
    description: "Date the answer is for; the date of the shipped prices unless given",
    examples: ["2026-11-23"],
    pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
  },
  seed: count("Seed of every random choice", 1, { minimum: 0, maximum: 2 ** 32 - 1, default: 1 }),
};

const job = group(
  "What is to be trained",
  {
    model: reference("The model, by id or in place", "gpt-1.3b", ref("model")),
    globalBatch: count("Sequences per optimizer step over all accelerators", 1024, {
      default: 1024,
    }),
    tokensPerSample: count("Tokens per sequence; the model's context unless given", 2048),
    microBatch: count("Most sequences in one forward pass of one accelerator", 8, { default: 8 }),
    sharding: choice("Who holds the optimizer's state", ["zero-1", "replicated"], "zero-1"),
  },
  ["globalBatch", "tokensPerSample", "microBatch", "sharding"],
);

const clusterName: Schema = text("Id of a cluster, or the path of its file", "h100-fat-tree-2to1");

const until: Schema = {
  type: "string",
  description: "The condition that is to hold",
  examples: ["efficiency >= 90%"],
  pattern: "^ *efficiency *>= *[0-9]{1,3}([.][0-9]{1,9})? *%? *$",
};

const base = count("Accelerators against which efficiency is counted", 8, { maximum: 1 << 20 });

const compare: Properties = {
  question: tag("compare", "Several clusters, several sizes"),
  ...head,
  job: ref("job"),
  clusters: { ...list("Clusters to compare", clusterName), maxItems: 32, uniqueItems: true },
  accelerators: { ...list("Sizes to try", accelerators), maxItems: 64 },
  base,
  until,
  weakBatch: count("Sequences per accelerator of the weak-scaling rows", 8, { default: 8 }),
  trainings: {
    ...list("Small models to train here and replay too", text("Id of a training", "small-gpt")),
    minItems: 0,
    maxItems: 16,
    uniqueItems: true,
  },
};

const simulate: Properties = {
  question: tag("simulate", "One cluster, one size"),
  ...head,
  job: ref("job"),
  cluster: clusterName,
  accelerators,
  layout: text("Of a large model: degrees, or auto, which searches", "auto,batch=512"),
  whatIf: {
    ...list("Of a large model: what is changed, one thing at a time", {
      ...text("A key of the layout, or a way to save", "precision=fp8"),
    }),
    maxItems: 32,
    uniqueItems: true,
  },
  network: group(
    "How the network is used; as the fabric does it by itself where nothing is said",
    {
      routing: text("Which of several ways a message takes", "ecmp:7"),
      queuePairs: count("Connections that a message is spread over", 4, { maximum: 64 }),
      fail: list("Cables and boxes that are down", text("Names as shown", "leaf-0:spine-3")),
    },
    ["routing", "queuePairs", "fail"],
  ),
};

const solve: Properties = {
  question: tag("solve", "One cluster: the greatest size at which a condition holds"),
  ...head,
  job: ref("job"),
  cluster: clusterName,
  vary: choice("What to change", ["accelerators"], "accelerators"),
  until,
  base: { ...base, default: 8 },
  max: count("Largest size to try; all of the cluster unless given", 1024, { maximum: 1 << 20 }),
};

/** nccl-tests' names for what it measures; its programs' names are understood as well. */
export const COLLECTIVES: Readonly<Record<string, Collective>> = {
  "all-reduce": "all-reduce",
  all_reduce: "all-reduce",
  all_reduce_perf: "all-reduce",
  "reduce-scatter": "reduce-scatter",
  reduce_scatter: "reduce-scatter",
  reduce_scatter_perf: "reduce-scatter",
  "all-gather": "all-gather",
  all_gather: "all-gather",
  all_gather_perf: "all-gather",
  "all-to-all": "all-to-all",
  alltoall: "all-to-all",
  alltoall_perf: "all-to-all",
  broadcast: "broadcast",
  broadcast_perf: "broadcast",
  reduce: "reduce",
  reduce_perf: "reduce",
  gather: "gather",
  gather_perf: "gather",
  scatter: "scatter",
  scatter_perf: "scatter",
  sendrecv: "send-receive",
  sendrecv_perf: "send-receive",
  alltoallv: "uneven-all-to-all",
  barrier: "barrier",
};

const collective: Properties = {
  question: tag("collective", "A table of collective times"),
  ...head,
  cluster: clusterName,
  collective: choice("Which collective", Object.keys(COLLECTIVES)),
  algorithm: choice(
    "How it is done; auto takes the fastest",
    ["auto", "ring", "halving-doubling", "hierarchical", "torus"],
    "auto",
  ),
  ranks: count("Ranks that take part", 64, { maximum: 1 << 20 }),
  sizes: group(
    "Sizes of the buffer: nccl-tests' -b, -e and -f",
    {
      from: {
        ...quantity("Smallest", "messageSize", "8"),
        type: ["string", "integer"],
        minimum: 1,
      },
      to: { ...quantity("Largest", "messageSize", "8G"), type: ["string", "integer"], minimum: 1 },
      factor: count("Each size is so many times the one before", 2, { minimum: 2, default: 2 }),
    },
    ["factor"],
  ),
};

const replay: Properties = {
  question: tag("replay", "A recorded trace on a cluster"),
  ...head,
  cluster: clusterName,
  workload: group(
    "What is replayed",
    {
      trace: text("What comes before .0.et in the names of a Chakra trace", "traces/step"),
      groups: text("Ranks of each group by its name, where the trace lacks them", "groups.json"),
      compute: choice("Seconds of compute nodes", ["auto", "recorded", "operations"], "auto"),
    },
    ["groups", "compute"],
  ),
};

const OPTIONAL = ["title", "asOf", "seed"];

export const question = file(
  "question",
  "A question; `fabricast run` answers it",
  oneOf(
    "A question",
    "question",
    group("Compare clusters", compare, [...OPTIONAL, "base", "weakBatch", "trainings"]),
    group("Simulate one step", simulate, [...OPTIONAL, "layout", "whatIf", "network"]),
    group("Solve for the largest size", solve, [...OPTIONAL, "vary", "base", "max"]),
    group("Time a collective", collective, [...OPTIONAL, "algorithm"]),
    group("Replay a recorded trace", replay, [...OPTIONAL]),
  ),
  { job, model: modelBody },
);
