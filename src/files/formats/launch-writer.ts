/** A layout as another launcher takes it, with what that launcher has no words for. */
import { printable } from "../../base/printable.ts";
import { shellQuoted } from "../../base/shell.ts";
import type { LargeLayout } from "../../records/large-step.ts";
import { documentOf } from "../document.ts";
import { runFromDeepSpeed } from "./deepspeed.ts";
import { runFromLaunch } from "./launch-reader.ts";
import type { Argument, LaunchPlan, LaunchTarget } from "./launch-targets.ts";
import { LAUNCH_DIALECTS } from "./launch-targets.ts";
import type { Launch, LaunchAsked } from "./megatron-writer.ts";

export function launchFor(target: LaunchTarget, asked: LaunchAsked): Launch {
  const { layout, rankCount, perNodeCount, modelFields, model } = asked;
  const layers = Number(modelFields.find(({ name }) => name === "layers")?.figure);
  const layerCount = Number.isSafeInteger(layers) ? layers : undefined;
  const plan: LaunchPlan = { layout, rankCount, perNodeCount, layerCount };
  const dialect = LAUNCH_DIALECTS[target];
  const written = dialect.write(plan);
  if (dialect.command === undefined) {
    const data = groupsOf(written);
    const back = runFromDeepSpeed(documentOf(data, "the configuration")).layout;
    const order = { name: dialect.order, isSaid: false };
    return { text: `${JSON.stringify(data, null, 2)}\n`, unsaid: unsaidOf(asked, back, order) };
  }
  const name = shellQuoted(printable(model).replace(/\s+/g, " "));
  const lines = [dialect.command(plan, name), ...written.map(argumentText)];
  const head = [
    `# ${printable(model).replace(/\s+/g, " ")}: ${layout.text}`,
    `# Ranks are numbered ${dialect.order}, innermost first.`,
    "# Model, data and optimizer are yours to add.",
  ];
  const text = `${head.join("\n")}\n${lines.join(" \\\n    ")}\n`;
  const back = runFromLaunch(target, text, "the arguments").layout;
  const unsaid = unsaidOf(asked, back, { name: dialect.order, isSaid: true });
  // Chunks are said by the layers of each, which reading back needs a model for.
  const isChunked = text.includes("layers_per_stage");
  return { text, unsaid: unsaid.filter((word) => !(isChunked && word.startsWith("vp="))) };
}

function argumentText([name, value]: Argument): string {
  return value === "" ? name : `${name} ${value}`;
}

/** "a.b" as a key in a group. */
function groupsOf(written: readonly Argument[]): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [name, value] of written) {
    const [group = "", key] = name.split(".");
    const plain = value === "true" ? true : value === "false" ? false : value;
    if (key === undefined) data[group] = plain;
    else data[group] = { [key]: plain };
  }
  return data;
}

/** Keys of a layout of one rank in a group, or that switch something off, need no words. */
const NEUTRAL = new Set(["tp=1", "pp=1", "cp=1", "ep=1", "vp=1", "jitter=0", "zero=0"]);

/** What reading the text back does not give. */
function unsaidOf(
  { layout }: LaunchAsked,
  back: readonly string[],
  order: { readonly name: string; readonly isSaid: boolean },
): string[] {
  const said = new Set(back);
  return layoutWords(layout, order.isSaid ? order.name : undefined).filter(
    (word) => !said.has(word) && !NEUTRAL.has(word),
  );
}

function layoutWords(layout: LargeLayout, ranksAs: string | undefined): string[] {
  const isPiped = layout.stages > 1;
  // Targets that number replicas outside the pipeline name their own order.
  const isSameOrder = ranksAs !== undefined && layout.order.startsWith(ranksAs);
  return [
    ...[`tp=${layout.tensorRanks}`, `pp=${layout.stages}`, `dp=${layout.replicas}`],
    ...[`cp=${layout.contextRanks}`, `ep=${layout.expertRanks}`, `micro=${layout.microBatch}`],
    ...[`batch=${layout.globalBatch}`, `seq=${layout.seqTokens}`, `vp=${layout.chunks}`],
    ...[`zero=${layout.zeroStages}`, `recompute=${layout.recompute}`],
    ...(layout.zeroStages > 0 ? [`shard=${layout.shardRanks}`] : []),
    ...[`precision=${layout.precisionName}`, `software=${layout.software}`],
    ...(isPiped ? [`schedule=${layout.schedule}`] : []),
    ...(layout.contextRanks > 1 ? [`context=${layout.contextKind}`] : []),
    ...(isSameOrder || !isPiped ? [] : [`order=${layout.order}`]),
    `jitter=${layout.jitterShare}`,
  ];
}
