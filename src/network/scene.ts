/** Cluster and choices → the graph on which messages travel, with its routing and failures. */
import { Refusal } from "../base/errors.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Graph } from "../records/graph.ts";
import type { Routing, Slowed } from "../records/schedule.ts";
import { withoutPlanes } from "./planes.ts";
import { failedGraph } from "./routing/failures.ts";
import { queuePairGraph } from "./routing/queue-pairs.ts";
import { routedGraph } from "./routing/routed.ts";
import { slowedGraph } from "./slowed.ts";
import { buildGraph } from "./topology/build.ts";
import { sprayedGraph } from "./topology/spray.ts";

export interface SceneChoices {
  readonly routing?: Routing;
  /** Connections that every message is spread over. */
  readonly queuePairCount?: number;
  /** Cables and boxes that are down. */
  readonly failed?: readonly string[];
  /** Cables and boxes at a share of their rate. */
  readonly slowed?: readonly Slowed[];
}

export function sceneGraph(cluster: Cluster, rankCount: number, choices: SceneChoices = {}): Graph {
  const { routing = { kind: "natural" }, slowed = [], queuePairCount = 1 } = choices;
  const built = withoutPlanes(buildGraph(cluster, rankCount), choices.failed ?? []);
  const { failed } = built;
  const routed = slowedGraph(routedGraph(built.graph, routing), slowed);
  const whole = queuePairCount === 1 ? routed : queuePairGraph(routed, routing, queuePairCount);
  if (routing.kind !== "spray" || cluster.fabric.kind !== "fat-tree") {
    return failedGraph(whole, failed);
  }
  if (failed.length + slowed.length > 0) {
    throw new Refusal({
      code: "unsupported-routing",
      pointer: "",
      found: "packet spraying on a tree with failed or slow links",
      expected: "an intact tree: spraying is modeled as bundles of equal links",
      nextStep: "take --routing ecmp:1 or d-mod-k with --fail and --slow",
    });
  }
  const sprayed = sprayedGraph(cluster, cluster.fabric, rankCount);
  return withoutPlanes(sprayed, choices.failed ?? []).graph;
}
