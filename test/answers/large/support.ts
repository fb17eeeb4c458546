/** A question about a shipped model on a shipped cluster. */
import { readCluster } from "../../../src/files/cluster.ts";
import { readLargeModel } from "../../../src/files/large-model.ts";
import { layoutFrom } from "../../../src/files/layout-text.ts";
import { readValidation } from "../../../src/files/validation.ts";
import { answerLarge } from "../../../src/answers/large/answer.ts";
import type { LargeQuestion } from "../../../src/answers/large/setting.ts";
import type { LargeResult } from "../../../src/records/result.ts";

export interface Asking {
  readonly model?: string;
  readonly cluster?: string;
  readonly rankCount?: number;
  readonly layout?: string;
  readonly changes?: readonly string[];
}

export const LAYOUT = "tp=4,pp=4,vp=5,cp=2,dp=16,micro=1,batch=1024,seq=8192,zero=1";

let tables: ReturnType<typeof readValidation> | undefined;

export async function questionOf(asking: Asking = {}): Promise<LargeQuestion> {
  const { model = "llama-3-70b", cluster = "h100-fat-tree-2to1", rankCount = 512 } = asking;
  const { layout = LAYOUT, changes = [] } = asking;
  const isAuto = layout.startsWith("auto");
  return {
    ...{ id: "q", title: "How long?", asOf: "2026-11-23", seed: 1, rankCount, isAuto, changes },
    model: await readLargeModel(model),
    cluster: await readCluster(cluster),
    layout: layoutFrom(layout.replace(/^auto,?/, "")),
    published: await (tables ??= readValidation()),
    reference: model,
  };
}

export async function ask(asking: Asking = {}): Promise<LargeResult> {
  const question = await questionOf(asking);
  return answerLarge(question, { words: ["simulate"], readLayout: (text) => layoutFrom(text) });
}
