/** topologies/figures, a folder a sort: what is known beyond what predictions use. */
import type { Schema } from "./schema.ts";
import { file, group, id, list, LOOSE_SOURCE_KEYS, sourceKeys, text } from "./schema.ts";

const number: Schema = { type: "number", description: "A number" };

const entry = group(
  "A figure in the unit of its source",
  {
    name: text("What it is of", "dense fp8 peak"),
    value: {
      type: ["number", "array"],
      description: "A number, or the two ends of a range",
      examples: [1979],
      items: number,
      minItems: 2,
      maxItems: 8,
    },
    unit: text("Its unit, as the source has it", "TFLOP/s"),
    kind: text("Of a price: how it is sold, or what was priced", "on-demand"),
    ...sourceKeys,
  },
  ["unit", "kind", ...LOOSE_SOURCE_KEYS],
);

const fact = group(
  "Something known that is no number",
  {
    name: text("What it is of", "host interface"),
    text: text("What is known", "PCIe 5 x16"),
    ...sourceKeys,
  },
  LOOSE_SOURCE_KEYS,
);

const lines = (description: string, line: string): Schema =>
  list(description, { ...text("One of them", line), maxLength: 800 });

export const figures = file(
  "figures",
  "Figures of a part, or of a subject without a part, that are shown and enter no prediction",
  group(
    "Figures",
    {
      id: id("Id of the part, or of the subject", "h100-sxm"),
      name: text("As people call it", "H100 SXM 80 GB"),
      figures: { ...list("What is known; several of one name contradict each other", entry) },
      facts: list("What is known in words", fact),
      unsupported: lines("Modes that the part has not", "dense fp4 peak"),
      unknown: lines("What was looked for and not found", "maximum power"),
      notes: lines("What else one should know", "form factor: SXM5"),
    },
    ["figures", "facts", "unsupported", "unknown", "notes"],
  ),
);
