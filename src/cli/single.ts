/** One point by its words: a stored result, a question file, or a model on a cluster. */
import { answer } from "../answers/answer.ts";
import { answerLarge } from "../answers/large/answer.ts";
import { CATALOG_DATE } from "../base/version.ts";
import { readCluster } from "../files/cluster.ts";
import { readDocument } from "../files/document.ts";
import { isLargeModel, readLargeModel } from "../files/large-model.ts";
import { layoutFrom } from "../files/layout-text.ts";
import { questionFrom, readQuestion } from "../files/question.ts";
import { isPath } from "../files/references.ts";
import { readResult } from "../files/result.ts";
import { isGroup } from "../files/walk.ts";
import type { Result } from "../records/result.ts";
import { largeGiven } from "./large.ts";
import type { Setting } from "./settings.ts";

export interface SingleAsked {
  readonly model: string;
  readonly cluster: string;
  readonly accelerators: number;
  readonly layout: string;
  readonly batch: string;
  readonly set: readonly Setting[];
}

/** A model on a cluster: by the law of large models where its configuration is shipped. */
export async function singleResult(asked: SingleAsked): Promise<Result> {
  const { model, cluster, accelerators, set } = asked;
  if (isLargeModel(model)) return largeResult(asked);
  const data = {
    question: "simulate",
    job: { model, globalBatch: asked.batch },
    ...{ cluster, accelerators },
  };
  const question = await questionFrom(data, { id: "single", set });
  return answer(question, { words: ["simulate"], recordings: [] });
}

async function largeResult({ model, cluster, accelerators, layout, set }: SingleAsked) {
  const read = await readLargeModel(model);
  const on = await readCluster(cluster, { set });
  const isAuto = /^auto\b/.test(layout);
  return answerLarge(
    {
      ...{ id: "single", title: `${read.name} on ${accelerators} of ${on.name}` },
      ...{ asOf: CATALOG_DATE, seed: 1, model: read, cluster: on, rankCount: accelerators },
      ...{ layout: layoutFrom(layout.replace(/^auto,?/, "")), isAuto, reference: model },
      ...{ changes: [], published: [] },
    },
    { words: ["simulate"], readLayout: (text) => layoutFrom(text, "layout") },
  );
}

/** A side of `compare`: a result, a question, or a cluster with the model of the flags. */
export async function sideResult(
  reference: string,
  asked: Omit<SingleAsked, "cluster">,
): Promise<Result> {
  if (!isPath(reference)) return singleResult({ ...asked, cluster: reference });
  const { data } = await readDocument(reference);
  if (isGroup(data) && "schemaVersion" in data) return readResult(reference);
  if (isGroup(data) && "question" in data) {
    const question = await readQuestion(reference, { set: asked.set });
    const given = { recordings: [], ...(await largeGiven(question)) };
    return answer(question, { words: ["run", reference], ...given });
  }
  return singleResult({ ...asked, cluster: reference });
}
