/**
 * What many points of one answer share: graphs, collective times and traces, each made once.
 *
 * A collective's time depends only on the network half of a cluster, so an input of the
 * accelerator or a price moves no collective; the key of the cache says exactly that.
 */
import type { Cluster } from "../records/cluster.ts";
import type { Graph } from "../records/graph.ts";
import type { Collective, CollectiveTime } from "../records/schedule.ts";
import type { ModelSpec, Trace } from "../records/trace.ts";
import { collectiveTime } from "../network/collective-time.ts";
import { sceneGraph } from "../network/scene.ts";
import type { SceneChoices } from "../network/scene.ts";
import { microBatchTrace } from "../workload/program.ts";

export interface Network {
  readonly graph: Graph;
  time(collective: Collective, sizeBytes: number): CollectiveTime;
}

export class Evaluator {
  readonly #choices: SceneChoices;
  readonly #networks = new Map<string, Network>();
  readonly #traces = new Map<string, Trace>();

  /** The choices hold for every network that it makes. */
  constructor(choices: SceneChoices = {}) {
    this.#choices = choices;
  }

  network(cluster: Cluster, rankCount: number): Network {
    const { fabric, endpoint, node } = cluster;
    const key = JSON.stringify([rankCount, fabric, endpoint, node.acceleratorCount, node.scaleUp]);
    const known = this.#networks.get(key);
    if (known !== undefined) return known;
    const made = networkOf(sceneGraph(cluster, rankCount, this.#choices), this.#choices);
    this.#networks.set(key, made);
    return made;
  }

  trace(model: ModelSpec, batch: number, tokens: number, elementBytes: number): Trace {
    const key = JSON.stringify([model, batch, tokens, elementBytes]);
    const known = this.#traces.get(key);
    if (known !== undefined) return known;
    const made = microBatchTrace(model, { batch, tokens, elementBytes });
    this.#traces.set(key, made);
    return made;
  }
}

function networkOf(graph: Graph, { queuePairCount }: SceneChoices): Network {
  const times = new Map<string, CollectiveTime>();
  return {
    graph,
    time(collective, sizeBytes) {
      const key = `${collective} ${sizeBytes}`;
      const known = times.get(key);
      if (known !== undefined) return known;
      const made = collectiveTime(graph, {
        ...{ collective, sizeBytes, algorithm: "auto", queuePairCount },
      });
      times.set(key, made);
      return made;
    },
  };
}
