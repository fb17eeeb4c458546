/** Profiles of PyTorch: streamed, overlap by hand, what is missing by name, and damage. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "vitest";
import { executionReplay } from "../../../src/answers/trace/execution-replay.ts";
import { profileLines, profileSummary } from "../../../src/answers/trace/profile-summary.ts";
import { InputError } from "../../../src/base/errors.ts";
import { readCluster } from "../../../src/files/cluster.ts";
import { KinetoReader } from "../../../src/files/formats/kineto.ts";
import {
  profileTrace,
  readExecution,
  readProfiles,
} from "../../../src/files/formats/profile-trace.ts";
import { freshFolder, ROOT } from "../../support/cli.ts";
import { call, sampleEvents, sampleProfile } from "../../support/kineto-sample.ts";
import { slowTest } from "../../support/slow.ts";
import { mutantOf } from "./mutants.ts";

const SHIPPED = join(ROOT, "scenarios/neighbors/profiles");

function profileOf(text: string, pieceBytes = 2 ** 20) {
  const reader = new KinetoReader("p.json");
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes.slice(at, at + pieceBytes));
  }
  return reader.finish();
}

const near = (a: number, b: number) => ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test("the shipped profiles are what their writer makes; overlap is as by hand", async () => {
  for (const rank of [0, 1]) {
    equal(readFileSync(join(SHIPPED, `rank-${rank}.json`), "utf8"), sampleProfile(rank));
  }
  const [summary] = (await readProfiles(SHIPPED)).map(profileSummary);
  // Kernels 0–100, 100–250.5, 300.5–350.5; collectives 50–200 under them, 250.5–300.5 alone.
  near(summary!.spanS, 350.5e-6);
  near(summary!.computeS, 300.5e-6);
  near(summary!.communicationS, 200e-6);
  near(summary!.exposedS, 50e-6);
  near(summary!.idleS, 0);
  const [reduce, gather] = summary!.calls;
  // BFloat16 has two bytes.
  deepEqual([reduce?.name, reduce?.inputBytes, reduce?.groupRankCount], ["all-reduce", 2 ** 21, 2]);
  deepEqual([gather?.name, gather?.inputBytes, gather?.outputBytes], ["all-gather", 1024, 2048]);
  ok(profileLines(summary!).some((line) => /exposed 50\.0\sµs/.test(line)));
});

test("pieces of a byte, packed files, a bare list and times since 1970 give the same", async () => {
  const whole = profileOf(sampleProfile(0));
  deepEqual(profileOf(sampleProfile(0), 1), whole);
  const folder = freshFolder();
  writeFileSync(join(folder, "a.json.gz"), gzipSync(sampleProfile(0)));
  deepEqual((await readProfiles(folder))[0]?.kernels, whole.kernels);
  deepEqual(profileOf(JSON.stringify(sampleEvents())).kernels, whole.kernels);
  const late = profileSummary(profileOf(JSON.stringify(sampleEvents(1.7e15))));
  near(late.exposedS, 50e-6);
});

test("a replayed kernel waits for what had ended, so that exposed time stays exposed", async () => {
  const trace = profileTrace(await readProfiles(SHIPPED));
  const { waitStart, waits } = trace.ranks[0]!;
  // Nodes by start: 0 gemm_a, 1 all-reduce, 2 gemm_b, 3 copy, 4 all-gather, 5 gemm_c.
  deepEqual(
    [0, 1, 2, 3, 4, 5].map((i) => [...waits.slice(waitStart[i], waitStart[i + 1])]),
    [[], [], [0], [2, 1], [2], [3, 4]],
  );
  const cluster = await readCluster("bare-switch-64");
  const question = { id: "x", title: "x", cluster, compute: "auto" } as const;
  const replayed = executionReplay({ ...question, trace: await readExecution(SHIPPED, undefined) });
  // Compute and the copy one after the other, and an all-gather that begins within the copy.
  ok(replayed.durationS >= 310.5e-6 - 1e-12 && replayed.durationS < 312e-6);
  deepEqual(
    replayed.collectives.map(({ collective, calledBytes }) => [collective, calledBytes]),
    [
      ["all-reduce", 2 ** 21],
      ["all-gather", 1024],
    ],
  );
});

test("a missing field is named with the flag that records it", () => {
  const without = (key: string): string => {
    const { [key]: _, ...args } = call("allreduce", 4) as Record<string, unknown>;
    const kernel = { ph: "X", cat: "kernel", name: "ncclDevKernel_AllReduce", ts: 0, dur: 1, args };
    return JSON.stringify([kernel]);
  };
  for (const key of ["Collective name", "In msg nelems", "Group size", "dtype"]) {
    throws(() => profileOf(without(key)), new RegExp(`without \\\\?"${key}.*record_shapes=True`));
  }
  throws(() => profileOf("[]"), /ProfilerActivity.CUDA.*missing-field/);
  const cut = sampleProfile(0)
    .replaceAll('"[0, 1]"', '"[0, ...]"')
    .replace('"ranks":[0,1]', '"x":0');
  throws(() => profileTrace([profileOf(cut), profileOf(sampleProfile(1))]), /cut short/);
});

test("what is torn, incomplete or contradicts itself is refused", async () => {
  const text = sampleProfile(0);
  throws(() => profileOf(text.slice(0, 900)), /truncated-file/);
  throws(() => profileOf(text.slice(0, -4)), /truncated-file/);
  throws(() => profileOf('{"a": 1}'), /no list traceEvents|truncated-file/);
  throws(() => profileOf(text.replace("},\n    {", "}\n    {")), /between two events/);
  throws(() => profileOf(text.replace('"dur":100', '"dur":-1')), /dur -1/);
  throws(() => profileOf(text.replace("allreduce", "telepathy")), /telepathy/);
  throws(() => profileOf(text.replace("BFloat16", "Float3")), /the type "Float3"/);
  const [zero, one] = [profileOf(text), profileOf(sampleProfile(1))];
  throws(() => profileTrace([zero]), /all 2 ranks/);
  const fewer = sampleProfile(1, sampleEvents(1).slice(0, 5));
  throws(() => profileTrace([zero, profileOf(fewer)]), /groups-disagree/);
  equal(profileTrace([zero, one]).ranks.length, 2);
  const folder = freshFolder();
  await rejects(readProfiles(folder), /without profiles/);
  writeFileSync(join(folder, "a.json"), text);
  writeFileSync(join(folder, "b.json"), text);
  await rejects(readProfiles(folder), /two profiles of rank 0/);
  writeFileSync(join(folder, "c.json.gz"), text);
  await rejects(readProfiles(join(folder, "c.json.gz")), /not gzip/);
});

/** What is taken has kernels with times, and sizes of calls that are whole. */
function damaged(count: number): number {
  const text = sampleProfile(0);
  let refused = 0;
  for (let seed = 1; seed <= count; seed++) {
    try {
      const { spanS, calls, exposedS } = profileSummary(profileOf(mutantOf(text, seed)));
      ok(spanS >= 0 && exposedS >= -1e-9 && Number.isFinite(spanS), `mutant ${seed}`);
      ok(calls.every(({ inputBytes }) => Number.isSafeInteger(inputBytes)));
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(`mutant ${seed}`, { cause: error });
      refused++;
    }
  }
  return refused;
}

test("damaged profiles are refused in words or read without harm", () => {
  ok(damaged(2000) > 500);
});

slowTest("a hundred thousand damaged profiles do no harm", () => {
  ok(damaged(100_000) > 25_000);
});
