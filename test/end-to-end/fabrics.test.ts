/** Fabrics as a user types them: one line, one's own graph, routings, failures, refusals. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { fabricast, freshFolder } from "../support/cli.ts";

test("a cluster in one line is shown, simulated and refused by column", () => {
  const line = "16 x dgx-h100, rail fat tree 2:1, 400G";
  const shown = JSON.parse(fabricast(["topology", "show", line, "--json"]).stdout) as {
    readonly accelerators: number;
    readonly switches: Readonly<Record<string, number>>;
  };
  equal(shown.accelerators, 128);
  deepEqual(shown.switches, { leaf: 8, spine: 4, core: 0 });
  const words = ["collective", "all_reduce", "--cluster", line, "-b", "64M", "-e", "64M"];
  const over = ["--routing", "ecmp:1", "--seeds", "8", "--queue-pairs", "2"];
  const { code, stdout } = fabricast([...words, ...over]);
  equal(code, 0);
  match(stdout.replaceAll(/\s+/g, " "), /Over 8 seeds: p95 .*, worst/);
  const wrong = fabricast(["topology", "show", "16 x dgx-h100, fat three, 400G"]);
  equal(wrong.code, 3);
  match(wrong.stderr, /^--cluster:1:16: found "fat three".*\[bad-short-form\]/);
});

test("a module of one's own is drawn before it is run, and checked", () => {
  const folder = freshFolder();
  const module = `export function topology({ n }) {
    const switches = Array.from({ length: n }, (_, i) => ({ name: "s" + i, hosts: 1 }));
    const next = (i) => "s" + ((i + 1) % n);
    return { switches, cables: switches.map((s, i) => ({ from: s.name, to: next(i) })) };
  }`;
  writeFileSync(join(folder, "ring.mjs"), module);
  const link = "{ rate: 400 Gb/s, latency: 500 ns }";
  const fabric = `{ kind: custom, module: ring.mjs, parameters: { n: 6 }, link: ${link} }`;
  const head = "id: mine\nname: Mine\nsummary: mine\nnode: { name: host, accelerators: 1 }\n";
  writeFileSync(join(folder, "mine.yaml"), `${head}fabric: ${fabric}\n`);
  const drawn = fabricast(["topology", "draw", "mine.yaml"], folder);
  equal(drawn.code, 0, drawn.stderr);
  ok(drawn.stdout.startsWith("<svg"));
  const checked = fabricast(["topology", "check", "mine.yaml", "--fail", "2links"], folder);
  match(checked.stdout, /all 15 failures of 2 of 6 cables/);
  match(checked.stdout, /15 of them \(100.0 %\) part ranks/);
});

test("routings and failures that a fabric does not have are refused, exit 3", () => {
  const on = (cluster: string, ...more: string[]) =>
    fabricast(["collective", "all_reduce", "--cluster", cluster, "-b", "1M", "-e", "1M", ...more]);
  const none = on("bare-dragonfly-1056", "--ranks", "32", "--routing", "d-mod-k");
  equal(none.code, 3);
  match(none.stderr, /minimal, valiant:SEED, ecmp:SEED, adaptive:SEED.*\[unsupported-routing\]/);
  const few = fabricast(["topology", "check", "bare-switch-64", "--fail", "9links"]);
  equal(few.code, 3);
  match(few.stderr, /1links to 4links/);
});
