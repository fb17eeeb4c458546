/** `bom` and the counts of `topology show`: what a cluster holds, and what that costs. */
import { Refusal } from "../base/errors.ts";
import { countsByRule, countsOfGraph } from "../cost/fabric-counts.ts";
import type { Ends } from "../cost/fabric-counts.ts";
import { materialBill } from "../cost/materials.ts";
import type { MaterialRequest } from "../cost/materials.ts";
import { buildGraph } from "../network/topology/build.ts";
import { measuredBisection, measuredDiameter } from "../network/topology/measure.ts";
import type { Design } from "../records/cluster.ts";
import type { Graph } from "../records/graph.ts";
import type { FabricCounts } from "../records/fabric-plan.ts";
import type { MaterialBill } from "../records/material.ts";
import { fullRankCount } from "./topology.ts";

export function answerBill(
  request: Omit<MaterialRequest, "counts">,
  rankCount?: number,
): MaterialBill {
  return materialBill({ ...request, counts: countsOf(request.design, rankCount) });
}

/** By the family's formula where it has one, else measured. */
function endsOf(graph: Graph): Ends {
  return {
    bisectionBytesPerS: graph.bisectionBytesPerS ?? measuredBisection(graph),
    diameterHopCount: graph.diameterHopCount ?? measuredDiameter(graph),
  };
}

/** By rule where the cluster is given by one: it stands there whole. Else on its graph. */
export function countsOf(design: Design, rankCount?: number): FabricCounts {
  const { rule } = design;
  if (rule === undefined) {
    const { cluster } = design;
    const graph = buildGraph(cluster, rankCount ?? fullRankCount(cluster));
    return countsOfGraph(cluster, graph, () => endsOf(graph));
  }
  const counts = countsByRule(design, rule);
  if (rankCount !== undefined && rankCount > counts.acceleratorCount) {
    throw new Refusal({
      code: "too-many-ranks",
      pointer: "",
      found: `${rankCount} ranks`,
      expected: `at most the ${counts.acceleratorCount} of ${design.name}`,
      nextStep: "ask for fewer",
    });
  }
  return counts;
}
