/** Every schema by its name, as `fabricast schema NAME` prints it. */
import { accelerator } from "./accelerator.ts";
import { cluster } from "./cluster.ts";
import { figures } from "./figures.ts";
import { hostPart } from "./host-part.ts";
import { measurement } from "./measurement.ts";
import { model } from "./model.ts";
import { networkPart } from "./network-part.ts";
import { question } from "./question.ts";
import { result } from "./result.ts";
import type { Schema } from "./schema.ts";
import { site } from "./site.ts";
import { software } from "./software.ts";
import { sweep } from "./sweep.ts";
import { training } from "./training.ts";

export const SCHEMAS = {
  cluster,
  accelerator,
  "host-part": hostPart,
  "network-part": networkPart,
  software,
  site,
  figures,
  model,
  training,
  question,
  sweep,
  measurement,
  result,
} as const satisfies Readonly<Record<string, Schema>>;

export type SchemaName = keyof typeof SCHEMAS;
