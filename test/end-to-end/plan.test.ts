/** The plan of sixty days, and its files taken by the other commands with the same figures. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { fabricast, freshFolder } from "../support/cli.ts";

interface Plan {
  readonly options: readonly {
    readonly cluster: unknown;
    readonly accelerators: number;
    readonly days: { readonly p50: number; readonly p90: number };
    readonly totalUsd: { readonly low: number; readonly mid: number; readonly high: number };
    readonly whyNotFirst: string;
    readonly stepS: number;
    readonly capitalUsd: number | null;
    readonly layout: { readonly text: string };
  }[];
  readonly rejected: readonly unknown[];
  readonly binding: string;
}

const ASKED = ["plan", "--model", "llama-3-70b", "--tokens", "15T", "--within", "60d"];

test("Llama 3 70B in sixty days: the contract's keys, twice the same bytes", () => {
  const [first, second] = [fabricast([...ASKED, "--json"]), fabricast([...ASKED, "--json"])];
  equal(first.code, 0);
  equal(first.stdout, second.stdout);
  const { options, rejected, binding } = JSON.parse(first.stdout) as Plan;
  ok(options.length >= 3 && rejected.length > 0 && binding.length > 0);
  for (const { cluster, days, totalUsd, whyNotFirst } of options) {
    equal(typeof cluster, "string");
    ok(days.p50 < days.p90 && days.p90 <= 60);
    ok(totalUsd.low < totalUsd.mid && totalUsd.mid < totalUsd.high);
    ok(whyNotFirst.length > 0);
  }
  ok(new Set(options.map(({ cluster }) => cluster)).size >= 3);
}, 60_000);

test("files of a plan go to simulate, bom and cost unchanged, with the same figures", () => {
  const folder = freshFolder();
  const asked = ["plan", "--model", "llama-3-8b", "--tokens", "2T", "--within", "30d"];
  const made = fabricast([...asked, "--batch", "512", "-o", "plan"], folder);
  equal(made.code, 0);
  const { options } = JSON.parse(readFileSync(join(folder, "plan/plan.json"), "utf8")) as Plan;
  for (const [i, option] of options.entries()) {
    const cluster = `plan/${i + 1}-cluster.yaml`;
    const size = ["--accelerators", String(option.accelerators)];
    const simulated = fabricast(
      [
        ...["simulate", "--model", "llama-3-8b", "--cluster", cluster, ...size],
        ...["--layout", option.layout.text, "--json"],
      ],
      folder,
    );
    equal(simulated.code, 0, simulated.stderr);
    equal((JSON.parse(simulated.stdout) as { stepTimeS: number }).stepTimeS, option.stepS);
    const bill = fabricast(["bom", cluster, "--json"], folder);
    equal((JSON.parse(bill.stdout) as { totalUsd: number | null }).totalUsd, option.capitalUsd);
  }
}, 60_000);

test("caps that exclude everything end with 4, wrong flags with 3", () => {
  const capped = fabricast([...ASKED, "--budget", "5M USD"]);
  equal(capped.code, 4);
  match(capped.stderr, /in conflict are .*budget.*smallest relaxation/);
  const wrong = fabricast([...ASKED, "--budget", "0 USD", "--by", "2020-01-01"]);
  equal(wrong.code, 3);
  const codes = [...wrong.stderr.matchAll(/\[([a-z-]+)\]/g)].map(([, code]) => code);
  deepEqual(codes, ["deadline-passed", "out-of-range"]);
}, 60_000);
