/** MSCCL's XML: carried out on data, as fast as our own ring, refused at the first wrong chunk. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { InputError, Refusal } from "../../../src/base/errors.ts";
import { readCluster } from "../../../src/files/cluster.ts";
import { mscclFrom } from "../../../src/files/formats/msccl.ts";
import { parseXml } from "../../../src/files/formats/xml.ts";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { mscclProgram } from "../../../src/network/collectives/msccl.ts";
import { sceneGraph } from "../../../src/network/scene.ts";
import { fabricast, ROOT } from "../../support/cli.ts";
import { slowTest } from "../../support/slow.ts";
import { mutantOf } from "./mutants.ts";

const RING = readFileSync(join(ROOT, "scenarios/neighbors/ring-4.xml"), "utf8");
const program = (text: string, ranks: number) => mscclProgram(mscclFrom(text, "a.xml"), ranks);

interface Row {
  readonly gpu: number;
  readonly send: number;
  readonly recv: number;
  readonly steps: readonly string[];
}

/** Steps as "type srcbuf srcoff dstbuf dstoff cnt". */
function algo(head: string, chunks: string, rows: readonly Row[]): string {
  const gpus = rows.map(({ gpu, send, recv, steps }) => {
    const lines = steps.map((step, s) => {
      const [type, from, fromAt, to, toAt, count] = step.split(" ");
      return (
        `<step s="${s}" type="${type}" srcbuf="${from}" srcoff="${fromAt}" dstbuf="${to}" ` +
        `dstoff="${toAt}" cnt="${count}" depid="-1" deps="-1" hasdep="0"/>`
      );
    });
    const block = `<tb id="0" send="${send}" recv="${recv}" chan="0">${lines.join("")}</tb>`;
    return `<gpu id="${gpu}" ${chunks}>${block}</gpu>`;
  });
  return `<algo name="x" ngpus="${rows.length}" ${head}>${gpus.join("")}</algo>`;
}

test("the shipped ring takes the rounds and the time of our own ring", async () => {
  const schedule = program(RING, 4);
  // 2 (n − 1) rounds of n messages, each a quarter.
  deepEqual(
    schedule.steps.map(({ source, messageBytes }) => [source.length, messageBytes[0]]),
    Array.from({ length: 6 }, () => [4, 0.25]),
  );
  const graph = sceneGraph(await readCluster("bare-switch-64"), 4);
  const asked = { collective: "all-reduce", sizeBytes: 2 ** 22 } as const;
  const own = collectiveTime(graph, { ...asked, algorithm: "ring" });
  const theirs = collectiveTime(graph, { ...asked, algorithm: "x", schedule });
  equal(theirs.timeline.durationS, own.timeline.durationS);
});

test("scratch, outputs apart from inputs, and parts at their place in the whole are meant", () => {
  // Two ranks exchange halves: an all-gather out of place; o is the whole, i a part of it.
  const gather = (rank: number): Row => ({
    ...{ gpu: rank, send: 1 - rank, recv: 1 - rank },
    steps: [`cpy i 0 o ${rank} 1`, `s i 0 o ${rank} 1`, `r i 0 o ${1 - rank} 1`],
  });
  const head = 'coll="allgather" inplace="0"';
  const chunks = 'i_chunks="1" o_chunks="2" s_chunks="0"';
  equal(program(algo(head, chunks, [gather(0), gather(1)]), 2).steps.length, 1);
  // A reduce-scatter by way of scratch: what the other sends is added to the own half.
  const scatter = (rank: number): Row => ({
    ...{ gpu: rank, send: 1 - rank, recv: 1 - rank },
    steps: [`s i ${1 - rank} s 0 1`, `r i 0 s 0 1`, `re s 0 i ${rank} 1`, `cpy i ${rank} o 0 1`],
  });
  const parts = 'i_chunks="2" o_chunks="1" s_chunks="1"';
  const made = program(algo('coll="reduce_scatter"', parts, [scatter(0), scatter(1)]), 2);
  deepEqual([...made.steps[0]!.messageBytes], [0.5, 0.5]);
});

test("the first wrong rank and chunk is named, and so is who waits for nothing", () => {
  const wrong = RING.replace(
    'type="rrs" srcbuf="i" srcoff="3"',
    'type="rrs" srcbuf="i" srcoff="2"',
  );
  throws(() => program(wrong, 4), /rank \d, chunk \d: another value.*sum of all ranks/s);
  throws(() => program(RING, 8), /4 GPUs.*8 ranks/s);
  const lost = RING.replace(/<step s="6"[^>]*>/, "");
  throws(() => program(lost, 4), /nobody receives/);
  const circle = RING.replaceAll('s="0" type="s"', 's="0" type="r"');
  throws(() => program(circle, 4), /step 0 never starts/);
  const outside = RING.replace('srcoff="0"', 'srcoff="9"');
  throws(() => program(outside, 4), /chunks 9 to 9 of i on rank 0/);
  const silent = RING.replaceAll('depid="-1" deps="-1"', 'depid="0" deps="5"');
  throws(() => program(silent, 4), /never starts/);
});

test("document types, entities, torn and doubled XML are refused at their line", () => {
  const refused = (text: string, words: RegExp) => throws(() => parseXml(text, "f.xml"), words);
  refused('<!DOCTYPE algo [<!ENTITY a "b">]>\n<algo/>', /f.xml:1:1: .*no declarations/s);
  refused('<algo name="&a;"/>', /no entities/);
  refused("<algo>&a;</algo>", /an entity/);
  refused("<algo><![CDATA[x]]></algo>", /no declarations/);
  refused("<algo>\n<gpu>\n</algo>", /f.xml:3:1: found <\/algo>, expected <\/gpu>/);
  refused('<algo a="1" a="2"/>', /a twice/);
  refused("<a/><b/>", /2 root elements/);
  refused("<algo", /not-xml/);
  refused("", /0 root elements/);
  const { attributes } = parseXml("<?xml version='1.0'?><!-- > --><a b='1 > 0 &amp; 2'/>", "f");
  equal(attributes.get("b"), "1 > 0 & 2");
});

function damaged(count: number): void {
  for (let seed = 1; seed <= count; seed++) {
    try {
      // What is taken has done what an all-reduce promises: that is proved on data.
      const { collective } = program(mutantOf(RING, seed), 4);
      equal(collective, "all-reduce");
    } catch (error) {
      if (error instanceof InputError || error instanceof Refusal) continue;
      throw new Error(`mutant ${seed}`, { cause: error });
    }
  }
}

test("damaged algorithms are refused, or still do what they promise", () => damaged(1500));
slowTest("a hundred thousand damaged algorithms do no harm", () => damaged(100_000));

test("the command takes the file, and refuses it for another collective", () => {
  const words = ["--cluster", "bare-switch-64", "--ranks", "4", "-b", "1M", "-e", "1M"];
  const file = ["--algorithm", "scenarios/neighbors/ring-4.xml", "--json"];
  const { stdout } = fabricast(["collective", "all_reduce", ...words, ...file]);
  const { rows } = JSON.parse(stdout) as { rows: { algorithm: string }[] };
  equal(rows[0]?.algorithm, "ring-4");
  equal(fabricast(["collective", "all_gather", ...words, ...file]).code, 2);
});
