/** A sweep: which values each input takes, what is kept and what is derived. */
import type { Properties, Schema } from "./schema.ts";
import { choice, count, file, group, id, list, number, quantity, tag, text } from "./schema.ts";

const range = group(
  "From one number to another",
  {
    from: count("First value", 256),
    to: count("Last value, if the steps meet it", 4096),
    factor: { ...count("Each value is so many times the one before", 2), minimum: 2 },
    step: count("Each value is so much more than the one before", 256),
  },
  ["factor", "step"],
);

const counts = (description: string, example: number): Schema =>
  list(description, count("A value", example, { maximum: 2 ** 31 - 1 }), { uniqueItems: true });

const words = (description: string, example: string): Schema =>
  list(description, text("A value", example), { uniqueItems: true });

const axes: Properties = {
  accelerator: words("Ids of accelerators", "h100-sxm"),
  accelerators: counts("How many of them", 1024),
  tp: counts("Tensor-parallel ranks", 8),
  pp: counts("Pipeline stages", 4),
  chunks: counts("Chunks of a stage, interleaved", 2),
  microBatch: counts("Sequences in one forward pass", 1),
  batch: counts("Sequences in a step over all accelerators", 2048),
  sequence: counts("Tokens of a sequence", 8192),
  recompute: words("What is computed again: none, selective, per-op, full", "none"),
  sharding: words("Who holds the state: optimizer, fsdp", "optimizer"),
  precision: words("Of the products: bf16, fp8", "bf16"),
  oversubscription: list(
    "Rate of a NIC over what the fabric leaves of it",
    number("A value", 2, { quantity: "ratio", minimum: 1 }),
    { uniqueItems: true },
  ),
  nic: list("Rate of an accelerator's NIC", quantity("A value", "linkSpeed", "400 Gb/s"), {
    uniqueItems: true,
  }),
};

const ranged = ["accelerators", "tp", "pp", "microBatch", "batch", "sequence"];

const ranges: Properties = Object.fromEntries(ranged.map((name) => [name, range]));

const properties: Properties = {
  question: tag("sweep", "What does the whole space look like?"),
  title: text("The question in words", "Llama 3 70B on every part"),
  model: id("The model: see `fabricast plan --help`", "llama-3-70b"),
  tokens: count("Tokens of the whole run, for days and money", 15e12),
  axes: group("Inputs and the values they take; the others stay as usual", axes, Object.keys(axes)),
  ranges: group("Inputs whose values are evenly spaced", ranges, ranged),
  where: list(
    "Points for which one of these fails are left out",
    text("A condition", "tp * pp <= 64"),
  ),
  derive: list(
    "Further columns",
    group("A column", {
      name: text("Its name", "usdPerDay"),
      formula: text("Its formula", "runUsd / days"),
    }),
  ),
  refine: group(
    "The best points, looked at more closely",
    {
      by: text("The column that decides", "days"),
      order: choice("Which end of it is best", ["least", "most"], "least"),
      top: count("So many points get days with failures", 20, { maximum: 10_000 }),
      verify: count("So many of these run on the flow engine", 3, { maximum: 100, minimum: 0 }),
    },
    ["order", "verify"],
  ),
  asOf: text("Day of the prices", "2026-11-23"),
};

export const sweep = file(
  "sweep",
  "A sweep over many layouts, sizes and parts",
  group("A sweep", properties, ["title", "tokens", "ranges", "where", "derive", "refine", "asOf"]),
);
