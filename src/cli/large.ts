/** `simulate` of a large model: its flags read, the question answered, shown and written. */
import type { Asked, LargeGiven } from "../answers/head.ts";
import { assert, present } from "../base/assert.ts";
import { UsageError } from "../base/errors.ts";
import type { Question } from "../records/job.ts";
import { text, texts } from "./command.ts";
import { codeOf, show } from "./output.ts";
import { shownWords } from "./words.ts";

type Flags = Readonly<Record<string, unknown>>;

/** Asked for a layout, or by the name of a model whose public configuration is shipped. */
export async function isLarge(flags: Flags): Promise<boolean> {
  const own = ["layout", "what-if", "timeline", "calibration"];
  if (own.some((name) => flags[name] !== undefined)) return true;
  const { isLargeModel } = await import("../files/large-model.ts");
  return isLargeModel(text(flags, "model") ?? "");
}

export async function simulateLarge(flags: Flags, words: readonly string[]): Promise<number> {
  refuseOthers(words);
  const data = dataOf(flags);
  const question = await questionOf(data, flags);
  if (flags["save"] !== undefined) return save(data, flags);
  const { answer } = await import("../answers/answer.ts");
  const { large } = await largeGiven(question);
  const anchor = await anchorOf(flags, question);
  const given = {
    large: { ...present(large, "what large models need"), ...anchor },
    recordings: [],
  };
  const { documentOf } = await import("../files/document.ts");
  const { placed } = await import("./placed.ts");
  const result = await placed(
    () => documentOf(data, "command line"),
    () => answer(question, { words: shownWords(words), ...given }),
  );
  const timeline = text(flags, "timeline");
  if (timeline !== undefined && result.kind === "large") {
    const { largeTimeline } = await import("../answers/large/timeline.ts");
    const { writeTimeline } = await import("../files/timeline.ts");
    await writeTimeline(timeline, largeTimeline(result));
  }
  if (flags["out"] !== undefined) {
    const { writeReports } = await import("./reports.ts");
    await writeReports(result, {
      folder: text(flags, "out") ?? "",
      formats: flags["format"] === undefined ? ["html", "csv", "json"] : texts(flags, "format"),
      measurement: undefined,
    });
  }
  await show(result, flags);
  return codeOf(result);
}

/** A file cannot hold constants moved to one's own runs, so nothing is dropped silently. */
async function save(data: ReturnType<typeof dataOf>, flags: Flags): Promise<number> {
  if (flags["calibration"] !== undefined) {
    throw new UsageError("--calibration does not go with --save; ask with it by flags");
  }
  const { saveQuestion } = await import("./ask.ts");
  return saveQuestion(text(flags, "save") ?? "", data);
}

/** What its file would hold. */
function dataOf(flags: Flags) {
  const changes = texts(flags, "what-if").flatMap((one) => one.split(/(?<=\S),(?=[a-z]+=)/));
  return {
    question: "simulate",
    job: { model: text(flags, "model") ?? "" },
    cluster: text(flags, "cluster") ?? "",
    accelerators: countOf(text(flags, "accelerators") ?? ""),
    layout: text(flags, "layout") ?? "auto",
    ...(changes.length === 0 ? {} : { whatIf: changes }),
  };
}

async function questionOf(data: ReturnType<typeof dataOf>, flags: Flags) {
  const { questionFrom } = await import("../files/question.ts");
  const { parseSettings } = await import("./settings.ts");
  const question = await questionFrom(data, { set: parseSettings(texts(flags, "set")) });
  assert(question.kind === "large", "a layout makes a question one about a large model");
  return { ...question, id: `${question.model.id}-on-${question.rankCount}` };
}

/** What the answer to a question about a large model needs besides it. */
export async function largeGiven(question: Question): Promise<Pick<Asked, "large">> {
  if (question.kind !== "large") return {};
  const { readValidation } = await import("../files/validation.ts");
  const { layoutFrom } = await import("../files/layout-text.ts");
  const readLayout = (layout: string) => layoutFrom(layout, "what-if");
  return { large: { published: await readValidation(), readLayout } };
}

async function anchorOf(
  flags: Flags,
  about: { readonly rankCount: number },
): Promise<Pick<LargeGiven, "anchor">> {
  const file = text(flags, "calibration");
  if (file === undefined) return {};
  const { readStepOverlay } = await import("../files/step-overlay.ts");
  const { anchorFrom } = await import("../answers/calibrate-steps.ts");
  return { anchor: anchorFrom(await readStepOverlay(file), about.rankCount) };
}

/** "16,384", "16384" or "16k". */
function countOf(words: string): number {
  const [, digits, thousand] = /^(\d[\d,_]*)(k?)$/i.exec(words) ?? [];
  const count = Number((digits ?? "").replace(/[,_]/g, "")) * (thousand === "" ? 1 : 1024);
  if (digits !== undefined && count >= 1 && count <= 2 ** 24) return count;
  throw new UsageError(`--accelerators is a whole number from 1 on, not "${words}"`);
}

/** What these flags say for models that are replayed, keys of the layout say here. */
const OTHERS: Readonly<Record<string, string>> = {
  ...{ tokens: "--layout 'seq=…'", batch: "--layout 'batch=…'", sharding: "--layout 'zero=…'" },
  "micro-batch": "--layout 'micro=…'",
};

function refuseOthers(words: readonly string[]): void {
  for (const word of words) {
    const flag = /^--([a-z-]+)/.exec(word)?.[1] ?? "";
    const instead = Object.hasOwn(OTHERS, flag) ? OTHERS[flag] : undefined;
    if (instead === undefined) continue;
    throw new UsageError(`--${flag} does not go with a large model; use ${instead}`);
  }
}
