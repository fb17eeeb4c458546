/** What stands behind the first option: its step, memory, fabric, failures and sources. */
import { interruptionRates } from "../cost/failures.ts";
import { intervalBand } from "../cost/goodput.ts";
import type { Cluster, Design } from "../records/cluster.ts";
import type { PlanDetail, PlanQuestion } from "../records/plan.ts";
import type { Assumption } from "../records/result.ts";
import type { Sourced } from "../records/sourced.ts";
import type { SiteFacts } from "../records/ownership.ts";
import type { FabricShares } from "../workload/dense/types.ts";
import type { ValidationTable } from "./accuracy/validation.ts";
import { validationSteps } from "./accuracy/validation.ts";
import { assumptionsOf } from "./assumptions.ts";
import { drawingOf } from "./drawing.ts";
import { Evaluator } from "./evaluator.ts";
import { evaluate } from "./large/evaluate.ts";
import { fabricShares } from "./large/fabric.ts";
import { extrapolations, nearRuns } from "./large/near-runs.ts";
import { stepErrorShare } from "./plan-evaluate.ts";
import { cablesPerAccelerator } from "./plan-families.ts";
import { planMoves } from "./plan-moves.ts";
import type { Sized } from "./plan-size.ts";

const P90 = 1.2816;

export interface Detailed {
  readonly sized: Sized;
  readonly design: Design;
  readonly site: SiteFacts;
}

export function planDetail(
  question: PlanQuestion,
  { sized, design, site }: Detailed,
  published: readonly ValidationTable[],
): PlanDetail {
  const { run, request, part, acceleratorCount: rankCount } = sized;
  const about = { part, model: question.model, rankCount };
  const found = onLinks(design.cluster, sized);
  const step = evaluate({ ...about, ...found.given }, request);
  const steps = validationSteps(published).filter(({ excluded }) => excluded === "");
  const spread = Math.exp(P90 * stepErrorShare(run));
  const stepAt = (share: number): number => {
    const { expertShare = 1, dataShare = 1 } = found.given.fabric ?? {};
    const fabric = { expertShare, dataShare: dataShare * share };
    return evaluate({ ...about, fabric }, request).stepTimeS;
  };
  const { bestS, shortestS, longestS, goodput } = intervalBand({ ...sized, ...question });
  return {
    ...{ parts: step.parts, memory: step.memory, fabric: found.checks },
    ...(found.drawing === undefined ? {} : { drawing: found.drawing }),
    nearest: nearRuns(step.run, rankCount, steps),
    extrapolation: extrapolations(step.run, rankCount, steps),
    interruptions: stopsOf(question, sized),
    checkpoint: { bestS, shortestS, longestS, goodput },
    moves: planMoves(question, sized, stepAt),
    assumptions: sources(design, site),
    stepLowS: step.stepTimeS / spread,
    stepHighS: step.stepTimeS * spread,
  };
}

interface OnLinks extends Pick<PlanDetail, "drawing"> {
  readonly given: { readonly fabric?: FabricShares };
  readonly checks: PlanDetail["fabric"];
}

function onLinks(cluster: Cluster | undefined, sized: Sized): OnLinks {
  if (cluster === undefined) return { given: {}, checks: [] };
  const network = new Evaluator().network(cluster, sized.acceleratorCount);
  const { graph } = network;
  const { shares, checks } = fabricShares(cluster, graph, sized.run);
  return {
    given: { fabric: shares },
    checks,
    drawing: drawingOf(cluster, graph, network.time("all-reduce", 2 ** 30)),
  };
}

function stopsOf({ failures }: PlanQuestion, { family, acceleratorCount, p50S }: Sized) {
  const cables = cablesPerAccelerator(family, acceleratorCount);
  const park = { acceleratorCount, cablesPerAccelerator: cables, preset: failures };
  return interruptionRates(park).map(({ name, interruptsPerS }) => ({
    ...{ name, count: interruptsPerS * p50S },
  }));
}

/** Constants of the cluster and of its site; of a profile that replays models only, none. */
function sources({ cluster, equipment }: Design, site: SiteFacts): Assumption[] {
  if (cluster === undefined) return [];
  const listed = assumptionsOf([cluster]).filter(
    ({ pointer }) => !pointer.startsWith("/software") && !/\/site\//.test(pointer),
  );
  const row = (name: string, unit: string, sourced: Sourced): Assumption => {
    const { value, source, date, provenance, note } = sourced;
    return {
      ...{ name, pointer: `/site/${name}`, clusterId: cluster.id },
      ...{ value, unit, source, date, provenance },
      ...(note === undefined ? {} : { note }),
    };
  };
  return [
    ...listed,
    ...(equipment.nodeMaxW === undefined ? [] : [row("node: power", "W", equipment.nodeMaxW)]),
    row(`${site.name}: price of energy`, "USD/J", site.energyUsdPerJ),
    row(`${site.name}: facility power over IT power`, "", site.pue),
    row(`${site.name}: share of full power drawn`, "", site.loadShare),
  ];
}
