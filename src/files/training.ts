/** What to train for real on this machine, by id or path. */
import { InputError } from "../base/errors.ts";
import type { Training } from "../records/job.ts";
import type { Document } from "./document.ts";
import type { Finding } from "./issues.ts";
import type { ModelFile } from "./model.ts";
import { modelFileOf, modelFindings, modelOf, readModel } from "./model.ts";
import type { Origin } from "./references.ts";
import { readReference } from "./references.ts";
import { issuesOf, validated } from "./validators.ts";

type TrainingFile = Omit<Training, "model"> & { readonly model: string | ModelFile };

/** A training by id ("small-gpt") or path. */
export async function readTraining(reference: string, origin: Origin = {}): Promise<Training> {
  const { document, path } = await readReference("training", reference, origin);
  return trainingFrom(document, path);
}

export async function trainingFrom(document: Document, path: string): Promise<Training> {
  const file = await validated<TrainingFile>("training", document);
  const { model, ...rest } = file;
  const findings = [
    ...settingFindings(file),
    ...(typeof model === "string" ? [] : modelFindings(model, "/model")),
  ];
  if (findings.length > 0) throw new InputError(issuesOf(document, findings));
  const place = document.place("/model", "value");
  const spec =
    typeof model === "string" ? await readModel(model, { from: path, place }) : modelOf(model);
  return { ...rest, model: spec };
}

/** Settings that would do nothing are mistakes. */
function settingFindings(file: TrainingFile): Finding[] {
  const { optimizer = "adam" } = file;
  const findings: Finding[] = [];
  const unused = (key: "momentum" | "weightDecay", owner: string) => {
    if (file[key] === undefined || optimizer === owner) return;
    const complaint = {
      code: "not-allowed-value",
      found: `${key} with the optimizer ${optimizer}`,
      expected: `${key} with ${owner} only`,
      nextStep: `take optimizer: ${owner}, or remove it`,
    };
    findings.push({ pointer: `/${key}`, part: "key", complaint });
  };
  unused("momentum", "sgd");
  unused("weightDecay", "adamw");
  return findings;
}

/** The file that says this training, with its model in place: what a checkpoint keeps. */
export function trainingFileOf(training: Training): Readonly<Record<string, unknown>> {
  return { ...training, model: modelFileOf(training.model) };
}
