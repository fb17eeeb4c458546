/** The commands about money as a user types them: forms, own prices, refusals and exit codes. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { fabricast, freshFolder } from "../support/cli.ts";

interface Bill {
  readonly rows: readonly {
    readonly class: string;
    readonly model: string;
    readonly count: number;
    readonly unitUsd: number | null;
    readonly totalUsd: number | null;
    readonly provenance: string | null;
  }[];
  readonly totalUsd: number | null;
}

const HEAD = "sku,price,currency,kind,date,source\n";

function withPrices(body: string, words: readonly string[]) {
  const folder = freshFolder();
  writeFileSync(join(folder, "my.csv"), HEAD + body);
  return fabricast([...words, "--prices", "my.csv"], folder);
}

test("a bill by path or id is the same, as JSON with its rows and total", () => {
  const [byId, byPath] = ["superpod-b200-4su", "topologies/clusters/superpod-b200-4su.yaml"].map(
    (name) => fabricast(["bom", name, "--json"]).stdout,
  );
  equal(byId, byPath);
  const { rows, totalUsd } = JSON.parse(byId ?? "") as Bill;
  equal(
    totalUsd,
    rows.reduce((sum, row) => sum + (row.totalUsd ?? 0), 0),
  );
});

test("a bill goes to a file as CSV, and says so", () => {
  const folder = freshFolder();
  const words = ["bom", "superpod-h100-1su", "--format", "csv", "-o", "bill.csv"];
  const { code, stdout, stderr } = fabricast(words, folder);
  deepEqual([code, stdout, stderr], [0, "", "wrote bill.csv\n"]);
  const [head = ""] = readFileSync(join(folder, "bill.csv"), "utf8").split("\n");
  equal(head.startsWith("class,sku,model,count,unitUsd,totalUsd,source,asOf,verified"), true);
});

test("own prices are taken up in bom, catalog and cost, and shown as yours", () => {
  const body = "dgx-b300,450000,USD,,2026-11-02,quote\nh100-sxm,2.10,USD,reserved,2026-11-02,q\n";
  const bill = withPrices(body, ["bom", "superpod-b300-xdr-1su", "--json"]);
  const { rows, totalUsd } = JSON.parse(bill.stdout) as Bill;
  deepEqual([rows[0]?.unitUsd, rows[0]?.provenance, rows[0]?.totalUsd], [450_000, "yours", 32.4e6]);
  equal(totalUsd, null);
  match(withPrices(body, ["catalog", "show", "dgx-b300"]).stdout, /price +450000 USD.*yours/);
  match(
    withPrices(body, ["cost", "h100-torus", "--ranks", "64"]).stdout,
    /2\.10 USD an accelerator-hour, reserved of 2026-11-02/,
  );
});

test("a price without currency or date, and mixed currencies, are refused at their lines", () => {
  const body = "qm9700,1,,,2026,a\nrack,1,USD,,,a\nconnectx-7,1,EUR,,2026,a\n";
  const { code, stdout, stderr } = withPrices(body, ["bom", "superpod-h100-1su"]);
  equal(code, 3);
  equal(stdout, "");
  deepEqual(
    [...stderr.matchAll(/^my\.csv:(\d+):1: .* \[([a-z-]+)\]$/gm)].map(([, line, id]) => [line, id]),
    [
      ["2", "price-without-currency"],
      ["3", "price-without-date"],
      ["4", "mixed-currencies"],
    ],
  );
});

test("topology show tells counts in other programs' words, also without a graph", () => {
  for (const [id, leaf, spine, core, hops] of [
    ["superpod-b300-ethernet-16su", 256, 128, 0, 4],
    ["superpod-b200-64su", 512, 512, 256, 6],
    ["h100-fat-tree-2to1", 32, 8, 0, 4],
  ] as const) {
    const { code, stdout } = fabricast(["topology", "show", id, "--json"]);
    equal(code, 0);
    const shown = JSON.parse(stdout) as Record<string, unknown>;
    deepEqual(shown["switches"], { leaf, spine, core });
    equal(shown["diameterHops"], hops);
  }
});

test("designs of three tiers and of two planes are simulated", () => {
  for (const words of [
    ["topology", "draw", "superpod-b200-16su"],
    ["collective", "all_reduce", "--cluster", "superpod-b300-ethernet-16su", "-b", "1G"],
  ]) {
    equal(fabricast(words).code, 0, words.join(" "));
  }
});

test("flags of money that make no sense are refused, each by name", () => {
  for (const [flag, value] of [
    ["--utilization", "0"],
    ["--utilization", "101%"],
    ["--interest", "-1%"],
    ["--years", "0"],
    ["--years", "51"],
    ["--ranks", "none"],
  ] as const) {
    const { code, stderr } = fabricast(["cost", "h100-torus", `${flag}=${value}`]);
    equal(code, 3, flag);
    ok(stderr.startsWith(`${flag}: found "${value}"`), stderr);
  }
  const rack = fabricast(["bom", "superpod-h100-1su", "--rack-power", "40"]);
  match(rack.stderr, /^--rack-power: found "40".*\[bare-quantity\]/);
  const day = fabricast(["catalog", "check", "--as-of", "2026-13-01"]);
  match(day.stderr, /^--as-of: found "2026-13-01"/);
  equal(fabricast(["catalog", "show"]).code, 2);
  equal(fabricast(["catalog", "sell"]).code, 2);
});
