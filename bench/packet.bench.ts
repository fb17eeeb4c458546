/**
 * Packets: a hashed permutation on a fat tree, in events a second of one thread, and the flow
 * engine on the same traffic in the same run, as the peer.
 */
import { patternTraffic } from "../src/network/traffic-patterns.ts";
import { runPackets } from "../src/network/packet/run.ts";
import { routedGraph } from "../src/network/routing/routed.ts";
import { buildGraph } from "../src/network/topology/build.ts";
import { runTraffic } from "../src/network/traffic.ts";
import { PACKET_DEFAULTS } from "../src/records/packet.ts";
import { bareFatTree } from "../test/support/clusters.ts";
import { shortestS } from "./harness.ts";
import type { Bench, BenchRow } from "./harness.ts";

export const bench: Bench = {
  name: "packet",
  async run(size): Promise<BenchRow[]> {
    const isLarge = size === "large";
    const rankCount = isLarge ? 1024 : 64;
    const graph = routedGraph(buildGraph(bareFatTree(), rankCount), {
      ...{ kind: "ecmp", isSalted: true, seed: 1 },
    });
    const messages = patternTraffic({ kind: "permutation", seed: 7 }, rankCount, 2e6);
    let eventCount = 0;
    const packetS = await shortestS(isLarge ? 4 : 1, () => {
      ({ eventCount } = runPackets(graph, messages, PACKET_DEFAULTS).counts);
    });
    const flowS = await shortestS(isLarge ? 4 : 1, () => {
      runTraffic(graph, messages, { share: "equal" });
    });
    const row = (title: string, value: number, unit: string, bound: number | null) => ({
      ...{ case: title, threads: 1, value, unit, bound },
    });
    return [
      row("events of packets", eventCount / packetS / 1e6, "M/s", isLarge ? 3 : null),
      row("time of packets over time of flows", packetS / flowS, "×", null),
    ];
  },
};
