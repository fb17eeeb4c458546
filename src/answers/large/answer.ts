/** One step of a large model on a cluster: how long, does it fit, what limits it, how sure. */
import { duration, fixed, percent } from "../../base/format.ts";
import { CATALOG_DATE, VERSION } from "../../base/version.ts";
import type { LayoutRequest } from "../../records/large-step.ts";
import { SCHEMA_VERSION } from "../../records/result.ts";
import type { LargeResult } from "../../records/result.ts";
import { activeParameterCount, modelParameterCount } from "../../workload/dense/model-size.ts";
import { TENTH } from "../accuracy/prediction.ts";
import { stepSpread } from "../accuracy/spread.ts";
import { validationSteps } from "../accuracy/validation.ts";
import { assumptionsOf } from "../assumptions.ts";
import { Evaluator } from "../evaluator.ts";
import { command, referenceOf } from "../head.ts";
import { changeOf } from "./changes.ts";
import type { Evaluated, LargeCase } from "./evaluate.ts";
import { evaluate, fits, meritOf } from "./evaluate.ts";
import { fabricShares } from "./fabric.ts";
import { extrapolations, nearRuns } from "./near-runs.ts";
import { refuseIllegal, refuseMemory } from "./refusals.ts";
import { remedies } from "./remedies.ts";
import { searchLayouts } from "./search.ts";
import type { Found } from "./search.ts";
import { moved } from "./sensitive.ts";
import type { LargeQuestion, LargeRun } from "./setting.ts";
import { completed, largeLayout, partOf } from "./setting.ts";

export interface LargeAsked {
  readonly words: readonly string[];
  /** Reads the text of a layout; the door of files does. */
  readonly readLayout: (text: string) => LayoutRequest;
}

export function answerLarge(question: LargeQuestion, asked: LargeAsked): LargeResult {
  const { model, cluster, rankCount } = question;
  const part = partOf(cluster);
  const about: LargeCase = { part, model, rankCount, ...question.anchor?.overlay };
  const { graph } = new Evaluator().network(cluster, rankCount);
  const fabricOf = (run: LargeRun) => fabricShares(cluster, graph, run);
  const { request, assumed } = completed(question, question.layout);
  const found = question.isAuto ? searched(question, about, request, fabricOf) : undefined;
  const chosen = found?.request ?? request;
  if (found === undefined) refuseIllegal(about, chosen);
  const { shares, checks } = fabricOf(evaluate(about, chosen).run);
  const shared = { ...about, fabric: shares };
  const base = evaluate(shared, chosen);
  const ways = remedies(shared, base);
  if (!fits(base)) refuseMemory(base, ways);
  const steps = validationSteps(question.published).filter(({ excluded }) => excluded === "");
  const extrapolation = extrapolations(base.run, rankCount, steps);
  const named = question.isAuto ? assumed.filter((one) => !FOUND.test(one)) : assumed;
  const accelerator = cluster.node.accelerator;
  const merit = meritOf(base, rankCount, accelerator?.name ?? part.id);
  const rent = accelerator?.rents[0]?.usdPerS.value;
  return {
    ...headOf(question, asked, chosen),
    answer: {
      sentence: sentenceOf(question, base, merit.tokensPerSPerAccelerator, merit.mfu),
      verdict: "answer",
      beware: bewareOf(question, base, extrapolation, checks.length > 0),
    },
    kind: "large",
    ...{ model: model.name, modelType: model.modelType, rankCount, extrapolation, assumed: named },
    parameterCount: modelParameterCount(model),
    activeParameterCount: activeParameterCount(model),
    modelFields: model.fields,
    ...{ clusterId: cluster.id, clusterName: cluster.name, layout: largeLayout(chosen) },
    stepTimeS: base.stepTimeS,
    ...rangeOf(base, named, extrapolation),
    ...merit,
    ...{ parts: base.parts, memory: base.memory, remedies: ways, fabric: checks },
    nearest: nearRuns(base.run, rankCount, steps),
    ...moved(shared, chosen),
    changes: question.changes.map((text) => changeOf(shared, base, text, asked.readLayout)),
    ...(rent === undefined ? {} : { usdPerHour: rent * 3600 * rankCount }),
    ...(found === undefined ? {} : { search: found.search }),
    ...(question.anchor === undefined ? {} : { anchored: question.anchor.words }),
  };
}

/** Allocators retry near full memory: three published runs lost 12 to 25 % there. */
const FULL_SHARE = 0.95;
const FULL_SLOWING = 1.25;

const isNearlyFull = ({ memoryBytes, run }: Evaluated): boolean =>
  memoryBytes > FULL_SHARE * run.part.memoryBytes;

function rangeOf(base: Evaluated, assumed: readonly string[], extrapolation: readonly string[]) {
  const known = stepSpread({ run: base.run, assumed });
  const spread = Math.hypot(known, extrapolation.length > 0 ? EXTRAPOLATION_SPREAD : 0);
  const range = Math.exp(TENTH * spread);
  return {
    stepTimeLowS: base.stepTimeS / range,
    stepTimeHighS: base.stepTimeS * range * (isNearlyFull(base) ? FULL_SLOWING : 1),
  };
}

/** What a question beyond everything measured adds: as a precision never fitted did. */
const EXTRAPOLATION_SPREAD = 0.06;

/** Keys that a search settles, so that nothing about them is assumed. */
const FOUND = /^(micro|zero|recompute)=/;

function searched(
  question: LargeQuestion,
  about: LargeCase,
  base: Required<LayoutRequest>,
  fabricOf: (run: LargeRun) => ReturnType<typeof fabricShares>,
): Found {
  const { model, part, rankCount } = about;
  const scope = {
    ...{ model: model.shape, rankCount, domainRanks: Math.min(part.domainRanks, 64) },
    ...{ asked: question.layout, base },
  };
  return searchLayouts(about, scope, (run) => fabricOf(run).shares);
}

function headOf(question: LargeQuestion, asked: LargeAsked, chosen: Required<LayoutRequest>) {
  const { cluster, model, rankCount } = question;
  const words = ["simulate", "--model", question.reference, "--cluster", referenceOf(cluster)];
  const size = ["--accelerators", String(rankCount)];
  const layout = ["--layout", largeLayout(chosen).text];
  return {
    schemaVersion: SCHEMA_VERSION,
    ...{ id: question.id, question: question.title, asOf: question.asOf, catalog: CATALOG_DATE },
    ...{ seed: question.seed, version: VERSION },
    ...({ fidelity: "flow", semantics: "barrier" } as const),
    assumptions: assumptionsOf([cluster]).filter(({ pointer }) => !pointer.startsWith("/software")),
    next: [
      command([...words, ...size, "--layout", "auto"]),
      command([...words, ...size, ...layout, "--what-if", "recompute=full"]),
      ...(model.shape.experts === undefined ? [command(["explain", "mfu"])] : []),
    ],
    reproduce: command(asked.words),
  };
}

function sentenceOf(
  { model, cluster, rankCount }: LargeQuestion,
  { stepTimeS }: Evaluated,
  tokens: number,
  mfu: number,
): string {
  return (
    `A step of ${model.name} on ${fixed(rankCount)} accelerators of ${cluster.name} takes ` +
    `${duration(stepTimeS)}: ${fixed(tokens)} tokens/s an accelerator, MFU ${percent(mfu)}.`
  );
}

/** Data sheets print the peak of sparse products beside the dense one: twice as high. */
function sparsePeak({ cluster }: LargeQuestion, { part }: LargeRun): string[] {
  const peak = cluster.node.accelerator?.peakBf16FlopPerS.value ?? 0;
  if (Math.abs(peak / part.peakBf16FlopPerS - 2) > 0.1) return [];
  const tera = (flopPerS: number): string => `${fixed(flopPerS / 1e12)} Tflop/s`;
  return [
    `The cluster's peak of ${tera(peak)} is that of sparse products; MFU is against the dense ` +
      `${tera(part.peakBf16FlopPerS)}.`,
  ];
}

function bewareOf(
  question: LargeQuestion,
  base: Evaluated,
  extrapolation: readonly string[],
  byEngine: boolean,
): string[] {
  const { run } = base;
  const wide = run.layout.tensorRanks * run.layout.contextRanks > run.part.domainRanks;
  const lagging = question.model.fields.filter(({ origin }) => origin === "assumed");
  return [
    ...(extrapolation.length > 0 ? [`Extrapolation: ${extrapolation.join("; ")}.`] : []),
    ...(wide ? ["Tensor or context ranks reach beyond a node: their traffic takes its NICs."] : []),
    ...sparsePeak(question, run),
    ...(isNearlyFull(base)
      ? [`Memory is ${percent(base.memoryBytes / run.part.memoryBytes)} full: retries may slow it.`]
      : []),
    ...(lagging.length > 0
      ? [`Assumed of an unknown model type: ${lagging.map(({ name }) => name).join(", ")}.`]
      : []),
    byEngine
      ? "Wires by closed form, with the share that the engine found the fabric to leave of them."
      : "Wires by closed form: no group of this layout shares links of the fabric.",
    "Published runs show no growth of stragglers with scale, so jitter is 0 unless given.",
  ];
}
