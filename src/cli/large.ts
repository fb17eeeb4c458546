/** `simulate` of a large model: its flags read, the question answered, shown and written. */
import { UsageError } from "../base/errors.ts";
import type { LargeQuestion } from "../answers/large/setting.ts";
import { text, texts } from "./command.ts";
import { codeOf, show } from "./output.ts";
import { shownWords } from "./words.ts";

type Flags = Readonly<Record<string, unknown>>;

/** Asked for a layout, or by the name of a large model that is no model to replay. */
export async function isLarge(flags: Flags): Promise<boolean> {
  const own = ["layout", "what-if", "timeline", "calibration"];
  if (own.some((name) => flags[name] !== undefined)) return true;
  const { isLargeModel } = await import("../files/large-model.ts");
  return isLargeModel(text(flags, "model") ?? "");
}

export async function simulateLarge(flags: Flags, words: readonly string[]): Promise<number> {
  const { answerLarge } = await import("../answers/large/answer.ts");
  const { layoutFrom } = await import("../files/layout-text.ts");
  refuseOthers(words);
  const question = await questionOf(flags);
  const readLayout = (layout: string) => layoutFrom(layout, "command line (--what-if)");
  const result = answerLarge(question, { words: shownWords(words), readLayout });
  const timeline = text(flags, "timeline");
  if (timeline !== undefined) {
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

async function questionOf(flags: Flags): Promise<LargeQuestion> {
  const { readCluster } = await import("../files/cluster.ts");
  const { readLargeModel } = await import("../files/large-model.ts");
  const { readValidation } = await import("../files/validation.ts");
  const { layoutFrom } = await import("../files/layout-text.ts");
  const { CATALOG_DATE } = await import("../base/version.ts");
  const reference = text(flags, "model") ?? "";
  const [model, cluster] = await Promise.all([
    readLargeModel(reference),
    readCluster(text(flags, "cluster") ?? ""),
  ]);
  const rankCount = countOf(text(flags, "accelerators") ?? "");
  const asked = text(flags, "layout") ?? "auto";
  const isAuto = /^auto\b/.test(asked);
  const layout = layoutFrom(asked.replace(/^auto,?/, ""));
  return {
    id: `${model.id}-on-${rankCount}`,
    title: `How long is a step of ${model.name} on ${rankCount} accelerators of ${cluster.name}?`,
    ...{ asOf: CATALOG_DATE, seed: 1, model, cluster, rankCount, layout, isAuto, reference },
    changes: texts(flags, "what-if").flatMap((one) => one.split(/(?<=\S),(?=[a-z]+=)/)),
    published: await readValidation(),
    ...(await anchorOf(flags, { reference, rankCount })),
  };
}

async function anchorOf(
  flags: Flags,
  about: { readonly reference: string; readonly rankCount: number },
): Promise<Pick<LargeQuestion, "anchor">> {
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
  ...{ "micro-batch": "--layout 'micro=…'", set: "a cluster file of your own" },
  save: "the command line itself",
};

function refuseOthers(words: readonly string[]): void {
  for (const word of words) {
    const flag = /^--([a-z-]+)/.exec(word)?.[1] ?? "";
    const instead = Object.hasOwn(OTHERS, flag) ? OTHERS[flag] : undefined;
    if (instead === undefined) continue;
    throw new UsageError(`--${flag} does not go with a large model; use ${instead}`);
  }
}
