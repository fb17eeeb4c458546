/** Planes that are down: the rest carry everything, from the start or from a date on. */
import { equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { Refusal } from "../../src/base/errors.ts";
import { readCluster } from "../../src/files/cluster.ts";
import { collectiveTime } from "../../src/network/collective-time.ts";
import { sceneGraph } from "../../src/network/scene.ts";
import type { SceneChoices } from "../../src/network/scene.ts";
import { runTraffic } from "../../src/network/traffic.ts";
import type { Messages } from "../../src/records/traffic.ts";

const TWO = await readCluster("256 x host, 2-plane fat tree 1:1, 400G");
const FOUR = await readCluster("256 x host, 4-plane fat tree 1:1, 400G");
const ONE = await readCluster("256 x host, fat tree 1:1, 400G");

const ringS = (cluster: typeof TWO, choices: SceneChoices): number => {
  const ask = { collective: "all-reduce", algorithm: "ring", sizeBytes: 2 ** 30 } as const;
  return collectiveTime(sceneGraph(cluster, 256, choices), ask).timeline.transferS;
};

test("a ring sends at half the rate with one of two planes, at three quarters of four", () => {
  // Natural rings share no link, so bytes take 2·255/256·S over the rate of a port.
  const wholeS = (2 * (255 / 256) * 2 ** 30) / 50e9;
  for (const [cluster, failed, share] of [
    [TWO, [], 1],
    [TWO, ["plane-1"], 1 / 2],
    [TWO, ["plane:0", "plane-0"], 1 / 2],
    [FOUR, ["plane-2"], 3 / 4],
    [FOUR, ["plane-2", "plane-3"], 1 / 2],
  ] as const) {
    ok(Math.abs((ringS(cluster, { failed }) * share) / wholeS - 1) < 1e-12, failed.join());
    const sprayedS = ringS(cluster, { failed, routing: { kind: "spray" } });
    ok(Math.abs((sprayedS * share) / wholeS - 1) < 1e-12, `sprayed, ${failed.join()}`);
  }
});

test("a plane and a cable can fail together: the detour has half the rate as well", () => {
  const cable = ["leaf-0:spine-0"];
  const order = Int32Array.from({ length: 256 }, (_, rank) => (rank * 67) % 256);
  const ask = { collective: "all-reduce", algorithm: "ring", sizeBytes: 2 ** 30, order } as const;
  const timeS = (failed: readonly string[]) =>
    collectiveTime(sceneGraph(TWO, 256, { failed }), ask).timeline.transferS;
  const both = timeS([...cable, "plane-1"]) / timeS(cable);
  ok(Math.abs(both - 2) < 1e-9, String(both));
});

test("in mid-run what is under way goes on with the planes that are left", () => {
  const messages: Messages = {
    ...{ source: Int32Array.of(0), target: Int32Array.of(1), sizeBytes: Float64Array.of(5e9) },
    ...{ startS: Float64Array.of(0), afterStart: Int32Array.of(0, 0), after: new Int32Array(0) },
    behind: Int32Array.of(-1),
  };
  const graph = sceneGraph(TWO, 256);
  const end = (failures: { name: string; startS: number }[]): number =>
    runTraffic(graph, messages, { share: "equal", failures }).durationS;
  // 0.1 s in all; from 0.04 s on the rest takes twice as long, but for what began a latency late.
  const wholeS = end([]);
  const halfS = end([{ name: "plane-1", startS: 0.04 }]);
  ok(Math.abs(halfS - (0.04 + 2 * (wholeS - 0.04))) < 1e-9, `${halfS}, ${wholeS}`);
});

test("planes that are not there, or all of them, are refused", () => {
  const refused = (cluster: typeof TWO, failed: readonly string[], code: string): void =>
    throws(
      () => sceneGraph(cluster, 256, { failed }),
      (error) => error instanceof Refusal && error.code === code,
    );
  refused(TWO, ["plane-2"], "unknown-link");
  refused(ONE, ["plane-0"], "unknown-link");
  refused(TWO, ["plane-0", "plane-1"], "unreachable-rank");
  equal(sceneGraph(ONE, 256).deadLinks, undefined);
});
