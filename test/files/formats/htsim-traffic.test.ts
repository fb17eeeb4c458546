/** htsim's connection matrix: who comes after whom, and what cannot be meant. */
import { deepEqual, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { CM_COLUMNS, htsimRows } from "../../../src/files/formats/htsim-traffic.ts";
import { readTraffic, trafficOf } from "../../../src/files/traffic.ts";
import { ROOT } from "../../support/cli.ts";
import { slowTest } from "../../support/slow.ts";
import { refusedOf } from "./mutants.ts";

const PATH = join(ROOT, "scenarios/neighbors/chain.cm");
const TEXT = readFileSync(PATH, "utf8");
const read = (text: string) => trafficOf("f.cm", htsimRows(text, "f.cm"), 64);

test("starts are picoseconds, triggers are messages that come after", async () => {
  const traffic = await readTraffic(PATH, 64);
  deepEqual(traffic.ids, ["1", "2", "3", "4", "5"]);
  deepEqual([...traffic.source], [0, 2, 3, 1, 1]);
  deepEqual([...traffic.sizeBytes], [1e6, 1e6, 1e6, 5e5, 5e5]);
  // A million picoseconds are a microsecond; 4 comes after 1, 5 after 2 and 3.
  deepEqual([...traffic.startS], [0, 0, 1e-6, 0, 0]);
  deepEqual([...traffic.afterStart], [0, 0, 0, 0, 1, 3]);
  deepEqual([...traffic.after], [0, 1, 2]);
  deepEqual(CM_COLUMNS.length, 6);
});

test("what htsim means otherwise, or does not say, is refused at its line", () => {
  throws(() => read(TEXT.replace("2 barrier", "2 oneshot")), /:8:1: .*first of 2/);
  throws(() => read(TEXT.replace("trigger id 2 barrier\n", "")), /Triggers 2, and 1/);
  throws(() => read(TEXT.replace("Connections 5", "Connections 6")), /6, and 5 of them/);
  throws(() => read(`${TEXT}Failures 1\n`), /failures of links/);
  throws(() => read(TEXT.replace(" size 1000000", "")), /:4:1: .*send forever/);
  throws(() => read(TEXT.replace("Nodes 16", "Nodes 4")), /1->4 of 4 nodes/);
  throws(() => read(TEXT.replace("id 2 start 0", "id 2")), /neither start nor trigger/);
  throws(() => read(TEXT.replace("id 2 start", "id 1 start")), /"1".*repeated-value/);
  const circle = TEXT.replace("0->1 id 1 start 0", "0->1 id 1 trigger 3").replace(
    "size 500000\n",
    "size 500000 send_done_trigger 3\n",
  );
  const counted = circle.replace("Triggers 2", "Triggers 3") + "trigger id 3 oneshot\n";
  throws(() => read(counted), /wait for each other.*cycle/);
});

const damaged = async (count: number): Promise<void> => {
  const totals = (text: string): void => {
    const { sizeBytes, source } = read(text);
    ok(source.length > 0 && sizeBytes.every((bytes) => bytes > 0));
  };
  ok((await refusedOf(TEXT, count, totals)) > count / 3);
};

test("damaged matrices are refused in words or read without harm", () => damaged(2000));
slowTest("a hundred thousand damaged matrices do no harm", () => damaged(100_000));
