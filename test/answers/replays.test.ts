/** `replay` reads files of other simulators and answers by their rules, marked as such. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "vitest";
import { replayAstraMessages } from "../../src/answers/replays.ts";
import { astraReplay, goalReplay } from "../../src/cli/replays.ts";

const HERE = "scenarios/neighbors";
const RING = `${HERE}/ring-8.yml`;
const FILES = { network: RING, system: `${HERE}/system.json` };

test("the shipped tree is read from its file and ends after 27,500 ns", async () => {
  const { compat, totalNs, rankCount, words } = await goalReplay(`${HERE}/tree-32.goal`, "");
  deepEqual([compat, totalNs, rankCount], ["loggops", 27_500, 32]);
  match(words.join("\n"), /LogGOPSim's rules/);
});

test("a letter of LogGOPS changes the answer; a wrong one is refused", async () => {
  // With S = 0 and G = 0: each of five levels o + L + o = 200 + 3700 + 200, save that sends of one
  // rank follow each other after o or g; the deepest way has five levels: 5·4100 = 20,500.
  const { totalNs } = await goalReplay(`${HERE}/tree-32.goal`, "L=3700,o=200,g=5,G=0");
  equal(totalNs, 20_500);
  await rejects(goalReplay(`${HERE}/tree-32.goal`, "L=x,Q=3"), /"Q=3"/);
});

test("the shipped ring and system give the published 117,780 ns", async () => {
  const replayed = await astraReplay("astra-unaware", "all_reduce:1M", FILES);
  equal(replayed.totalNs, 117_780);
});

test("two messages over one link: the second waits when congestion is known of", () => {
  const network = {
    dimensions: [{ topology: "Ring", npuCount: 8, bandwidthGibPerS: 50, latencyNs: 500 } as const],
  };
  const messages = [0, 0].map((fromRank) => ({ fromRank, toRank: 1, sizeBytes: 1_048_576 }));
  // ⌊500 + 19,531.25⌋, and again after the link was busy for ⌊19,531.25⌋.
  deepEqual(replayAstraMessages("astra-aware", network, messages).arrivalsNs, [20_031, 39_562]);
  deepEqual(replayAstraMessages("astra-unaware", network, messages).arrivalsNs, [20_031, 20_031]);
});

test("what is neither a collective nor messages, or lacks a file, is refused", async () => {
  await rejects(astraReplay("astra-unaware", "gossip:1M", FILES), /invalid-flag/);
  await rejects(astraReplay("astra-unaware", "all-reduce:x", FILES), /invalid-flag/);
  await rejects(astraReplay("astra-unaware", "0-9:1M", FILES), /out-of-range/);
  const none = { network: undefined, system: undefined };
  await rejects(astraReplay("astra-aware", "0-1:1M", none), /needs --network/);
});
