/** A quote against the bill of four units of H100: twin ports, light, cages, money. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { answerBill } from "../../src/answers/bill.ts";
import { answerQuote } from "../../src/answers/quote.ts";
import { cableList } from "../../src/answers/cables.ts";
import { catalogDifference } from "../../src/answers/catalog.ts";
import { answerGoodput, firstClass } from "../../src/answers/goodput.ts";
import { readCatalogPart } from "../../src/files/catalog.ts";
import { readCluster, readDesign } from "../../src/files/cluster.ts";
import { readQuote } from "../../src/files/quote-file.ts";
import { cablesCsv, cablesJson } from "../../src/report/cables.ts";
import { completionScript } from "../../src/report/completion.ts";
import { goodputJson, goodputText } from "../../src/report/goodput.ts";
import { quoteJson, quoteText } from "../../src/report/quote.ts";
import { issuesFrom } from "../files/support.ts";

const HEAD = "partNumber,description,count,unitPrice,currency\n";

function fileOf(body: string, head = HEAD): string {
  const path = join(mkdtempSync(join(tmpdir(), "fabricast-quote-")), "quote.csv");
  writeFileSync(path, head + body);
  return path;
}

async function against(body: string) {
  const bill = answerBill({ design: await readDesign("superpod-h100-4su"), asOf: "2026-11-23" });
  return answerQuote(bill, await readQuote(fileOf(body)));
}

test("a module for every port is twice what the twin-port rule takes, and costs so", async () => {
  // 4 SU: 1,536 switch modules, 508 of nodes, 48 switches.
  const { findings } = await against(
    "MQM9700-NS2F,,48,36000,USD\nMMA4Z00-NS,,3072,900,USD\nMMA4Z00-NS400,,508,500,USD\n",
  );
  const of = (partNumber: string) => findings.find((one) => one.partNumber === partNumber);
  equal(of("MQM9700-NS2F")?.kind, "agrees");
  equal(of("MMA4Z00-NS400")?.kind, "agrees");
  const modules = of("MMA4Z00-NS");
  deepEqual(
    [modules?.kind, modules?.neededCount, modules?.totalUsd],
    ["surplus", 1536, 1536 * 900],
  );
  match(modules?.why ?? "", /a module serves two/);
});

test("another switch, other light and unknown parts are told; a lack has its money", async () => {
  const answer = await against(
    "SN5600,,2,50000,USD\nMMA4Z00-NS,,1536,900,USD\nMMS4X00-NS400,,508,700,USD\nHELP,,1,5,USD\n" +
      "MQM9700,,40,36000,USD\n",
  );
  const kinds = new Map(answer.findings.map((one) => [one.partNumber, one.kind]));
  equal(kinds.get("SN5600"), "incompatible");
  equal(kinds.get("MMS4X00-NS400"), "incompatible");
  equal(kinds.get("HELP"), "not modeled");
  const missing = answer.findings.find((one) => one.partNumber === "MQM9700");
  deepEqual([missing?.kind, missing?.totalUsd], ["missing", 8 * 36_000]);
  equal(answer.surplusUsd, 2 * 50_000 + 508 * 700);
  equal(answer.quotedUsd, 100_000 + 1536 * 900 + 508 * 700 + 5 + 40 * 36_000);
  match(quoteText(answer), /quoted, not modeled/);
  ok((JSON.parse(quoteJson(answer)) as { findings: unknown[] }).findings.length > 4);
});

test("a quote with formulas, without currencies or counts is refused at its lines", async () => {
  const body = "=HYPERLINK(1),,1,1,USD\nA,,x,1,USD\nB,,1,1,\nC,,1,1,EUR\n<b>,,1,1,USD\n";
  const issues = await issuesFrom(readQuote(fileOf(body)));
  deepEqual(
    issues.map(({ line, code }) => `${line} ${code}`),
    [
      "2 unsafe-text",
      "3 wrong-type",
      "4 price-without-currency",
      "5 mixed-currencies",
      "6 unsafe-text",
    ],
  );
  const headless = await issuesFrom(readQuote(fileOf("A,1\n", "what,howMany\n")));
  deepEqual(
    headless.map(({ code }) => code),
    ["missing-key", "missing-key"],
  );
});

test("a list of cables has each port once, and as many cables as the bill", async () => {
  const cluster = await readCluster("h100-fat-tree-2to1");
  const cables = cableList(cluster, 256);
  // 256 ports of hosts, 8 leaves of 16 uplinks.
  equal(cables.length, 256 + 8 * 16);
  const ends = cables.flatMap(({ from, fromPort, to, toPort }) => [
    `${from} ${fromPort}`,
    `${to} ${toPort}`,
  ]);
  equal(new Set(ends).size, ends.length);
  const csv = await cablesCsv(cables);
  match(csv, /^cable,tier,from,fromPort,to,toPort,gbitPerS\nC000001,host,/);
  equal((JSON.parse(cablesJson(cables)) as { count: number }).count, cables.length);
});

test("goodput tells classes, interval, spares and days of the run of Llama 3", () => {
  const answer = answerGoodput({
    ...{ acceleratorCount: 16_384, acceleratorsPerNode: 8, cablesPerAccelerator: 2 },
    ...{ parameters: 405e9, storageBytesPerS: 2e12, hostLinkBytesPerS: 25e9 },
    ...{ restartS: 600, repairS: 3 * 86_400, failures: "typical", stepErrorShare: 0 },
    workS: 50 * 86_400,
  });
  // 14 bytes · 405e9 / 2 TB/s.
  ok(Math.abs(answer.writeS - 2.835) < 1e-9);
  equal(answer.spareNodeCount, 26);
  equal(firstClass(answer), "accelerator hardware");
  // About 419 in 54 days.
  ok(Math.abs((answer.finish?.interruptions ?? 0) - 419) < 5);
  match(goodputText(answer), /spare nodes: 26/);
  equal((JSON.parse(goodputJson(answer)) as { spareNodes: number }).spareNodes, 26);
});

test("two parts of the catalog differ by what their files say", async () => {
  const rows = catalogDifference(
    await readCatalogPart("h100-sxm"),
    await readCatalogPart("h200-sxm"),
  );
  deepEqual(
    rows.map(({ pointer }) => pointer),
    ["/memory", "/memoryBandwidth", "/rents/0/price", "launch year", "best fp8 matmul"],
  );
  // 141 over 80.
  match(rows[0]?.change ?? "", /\+76\.3/);
});

test("completion is written for three shells, and for no other", () => {
  const words = { commands: [{ name: "plan", options: ["--model"] }], ids: ["h100-sxm"] };
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = completionScript(shell, words) ?? "";
    ok(["plan", "model", "h100-sxm"].every((word) => script.includes(word)));
  }
  equal(completionScript("tcsh", words), undefined);
});
