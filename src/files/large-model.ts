/** A large model by the id of a shipped configuration, or from a config.json by its path. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import { suggest } from "../base/suggest.ts";
import type { LargeModel } from "../records/large-model.ts";
import type { Document } from "./document.ts";
import { documentOf, readDocument } from "./document.ts";
import { modelFromHf } from "./formats/hf.ts";
import { didYouMean, listed, refuse, shown, wholeFile } from "./issue.ts";
import { readModel } from "./model.ts";
import type { Origin } from "./references.ts";
import { isPath, locate } from "./references.ts";
import { shippedIds, shippedPath } from "./shipped.ts";
import { isGroup } from "./walk.ts";

const FOLDER = "scenarios/models/configs";

/** Ids of shipped configurations, sorted. */
export async function largeModelIds(): Promise<string[]> {
  const names = await readdir(shippedPath(FOLDER)).catch(() => []);
  const files = names.filter((name) => extname(name) === ".json");
  return files.map((name) => basename(name, ".json")).sort();
}

export const isLargeModel = (reference: string): boolean =>
  isPath(reference)
    ? /\.json$/i.test(reference)
    : /^[\w][\w.-]*$/.test(reference) && existsSync(shippedPath(`${FOLDER}/${reference}.json`));

export async function readLargeModel(reference: string, origin: Origin = {}): Promise<LargeModel> {
  if (isPath(reference)) {
    const { path } = await locate("model", reference, origin);
    return largeModelFrom(await readDocument(path), path);
  }
  if (!isLargeModel(reference)) return fromShelf(reference, origin);
  const name = `${FOLDER}/${reference}.json`;
  return largeModelFrom(await readDocument(shippedPath(name), name), reference);
}

/** A GPT or BERT of the models that are replayed, as the configuration that says the same. */
async function fromShelf(reference: string, origin: Origin): Promise<LargeModel> {
  if (!(await shippedIds("model")).includes(reference)) return refuseId(reference, origin);
  const spec = await readModel(reference);
  if (spec.family !== "gpt" && spec.family !== "bert") return refuseId(reference, origin);
  const config = {
    model_type: spec.family === "gpt" ? "gpt2" : "bert",
    ...{ num_hidden_layers: spec.layerCount, hidden_size: spec.hiddenSize },
    ...{ num_attention_heads: spec.headCount, vocab_size: spec.vocabularySize },
    max_position_embeddings: spec.contextTokens,
  };
  const { id, name } = spec;
  const source = `scenarios/models/${reference}.yaml`;
  return largeModelFrom(documentOf({ id, name, source, config }, source), reference);
}

/** From a plain config.json, or one with its id, name and source around it. */
export function largeModelFrom(document: Document, reference: string): LargeModel {
  const { data } = document;
  if (!isGroup(data)) {
    return refuse(document.place("", "value"), {
      code: "wrong-type",
      found: shown(data),
      expected: "a group of keys, as config.json holds",
      nextStep: "name the config.json of a model",
    });
  }
  const isWrapped = isGroup(data["config"]);
  const word = (key: string): string | undefined => {
    const value = data[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const id = word("id") ?? idOf(reference);
  const head = {
    id,
    name: word("name") ?? word("_name_or_path") ?? id,
    source: word("source") ?? document.file,
  };
  return modelFromHf(document, head, isWrapped ? "/config" : "");
}

/** A config.json is named by the folder that holds it. */
function idOf(reference: string): string {
  const stem = basename(reference, extname(reference));
  const folder = basename(dirname(reference));
  const isPlain = stem === "config" && folder !== "" && folder !== ".";
  const name = (isPlain ? folder : stem).toLowerCase().replace(/[^a-z0-9.-]+/g, "-");
  return name.replace(/^[^a-z0-9]+/, "") || "model";
}

async function refuseId(reference: string, { place }: Origin): Promise<never> {
  const ids = await largeModelIds();
  return refuse(place ?? wholeFile(shown(reference)), {
    code: "unknown-model",
    found: `the model ${shown(reference)}`,
    expected: `the id of a shipped model (${listed(ids)}) or the path of a config.json`,
    nextStep: didYouMean(suggest(reference, ids), "choose one of them"),
  });
}
