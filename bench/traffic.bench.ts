/**
 * Messages by events: an incast, a random permutation by each routing, and all pairs of a
 * small tree; the pattern is fresh each time, so that ways count too.
 */
import { sceneGraph } from "../src/network/scene.ts";
import { patternTraffic } from "../src/network/traffic-patterns.ts";
import { runTraffic } from "../src/network/traffic.ts";
import type { Pattern } from "../src/records/traffic.ts";
import type { Routing } from "../src/records/schedule.ts";
import { bareFatTree } from "../test/support/clusters.ts";
import { shortestS } from "./harness.ts";
import type { Bench, BenchRow, BenchSize } from "./harness.ts";

const MIB = 2 ** 20;

export const bench: Bench = {
  name: "traffic",
  async run(size) {
    const rankCount = size === "large" ? 1024 : 64;
    const rows: BenchRow[] = [];
    for (const routing of [
      { kind: "d-mod-k" },
      { kind: "ecmp", seed: 1, isSalted: true },
      { kind: "spray" },
    ] as const) {
      rows.push(...(await pattern(size, { kind: "permutation", seed: 7 }, { rankCount, routing })));
    }
    const plain = { rankCount, routing: { kind: "d-mod-k" } } as const;
    rows.push(...(await pattern(size, { kind: "incast", senderCount: rankCount / 2 }, plain)));
    const few = { ...plain, rankCount: size === "large" ? 256 : 16 };
    rows.push(...(await pattern(size, { kind: "all-to-all" }, few)));
    return rows;
  },
};

async function pattern(
  size: BenchSize,
  kind: Pattern,
  run: { readonly rankCount: number; readonly routing: Routing },
): Promise<BenchRow[]> {
  const { rankCount, routing } = run;
  const leaf = Math.sqrt(rankCount);
  const tree = { portCount: rankCount, portsPerLeaf: leaf, uplinksPerLeaf: leaf };
  const graph = sceneGraph(bareFatTree({ ...tree, spineRadix: leaf }), rankCount, { routing });
  const messages = patternTraffic(kind, rankCount, MIB);
  let eventCount = 0;
  const runs = size === "large" ? 5 : 1;
  const runS = await shortestS(runs, () => {
    eventCount = runTraffic(graph, messages, { share: "equal" }).end.eventCount;
  });
  const title = `${kind.kind}, ${routing.kind}, ${rankCount} ranks`;
  const bound = size === "large" && kind.kind === "permutation" ? 0.02 : null;
  return [
    { case: title, threads: 1, value: runS, unit: "s", bound },
    { case: `${title}, events`, threads: 1, value: eventCount / runS, unit: "1/s", bound: null },
  ];
}
