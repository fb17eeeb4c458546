/** The committed reports are what the product says today. `npm run golden` writes them anew. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";
import { galleryIndex, GALLERY } from "../support/gallery.ts";
import { equalToFile } from "../support/golden.ts";

const STORED = "test/fixtures/quickstart.measurement.json";

for (const file of readdirSync(join(ROOT, "scenarios/questions")).toSorted()) {
  const name = file.replace(/\.yaml$/, "");
  test(`${name}: the committed reports are what the product says today`, () => {
    const out = freshFolder();
    const stored = name === "quickstart" ? ["--measurement", STORED] : [];
    const words = ["run", `scenarios/questions/${file}`, "--out", out, ...stored];
    const { code, stderr } = fabricast([...words, "--format", "html", "csv", "json", "md"]);
    equal(code, 0, stderr);
    for (const ending of ["html", "csv", "json", "md"]) {
      const path = join(out, `${name}.${ending}`);
      equal(existsSync(path), true, path);
      const text = readFileSync(path, "utf8");
      // A page is to go through any mail; its data may be larger.
      ok(ending !== "html" || text.length <= 600_000, `${path}: ${text.length} bytes`);
      equalToFile(text, `reports/${name}.${ending}`);
    }
  });
}

test("the committed serving report is what the product says today", () => {
  const out = freshFolder();
  const requests = [
    "--accelerator",
    "h100",
    "--precision",
    "fp8",
    "--isl",
    "1000",
    "--osl",
    "1000",
  ];
  const asked = [...requests, "--users", "1000", "--ttft", "2s", "--tpot", "50ms"];
  const { code, stderr } = fabricast(["serve", "llama-3-70b", ...asked, "--out", out]);
  equal(code, 0, stderr);
  for (const ending of ["html", "json", "md"]) {
    const name = `llama-3-70b-for-1000-users.${ending}`;
    equalToFile(readFileSync(join(out, name), "utf8"), `reports/${name}`);
  }
});

const ASKED: readonly { readonly name: string; readonly stem: string; readonly words: string[] }[] =
  [
    {
      ...{ name: "llama-3-70b-in-60-days", stem: "report" },
      words: ["plan", "--model", "llama-3-70b", "--tokens", "15T", "--within", "60d"],
    },
    {
      ...{ name: "own-or-rent-256-h100", stem: "cost" },
      words: ["cost", "h100-fat-tree-2to1", "--ranks", "256"],
    },
  ];

for (const { name, stem, words } of ASKED) {
  test(`${name}: the committed report is what the product says today`, () => {
    const out = freshFolder();
    const { code, stderr } = fabricast([...words, "-o", out]);
    equal(code, 0, stderr);
    const files = readdirSync(out).filter((file) => file.startsWith(stem));
    ok(files.length >= 4);
    for (const file of files.toSorted()) {
      const text = readFileSync(join(out, file), "utf8").replaceAll(`](${stem}-`, `](${name}-`);
      ok(!file.endsWith(".html") || text.length <= 600_000, `${file}: ${text.length} bytes`);
      equalToFile(text, `reports/${name}${file.slice(stem.length)}`);
    }
  }, 60_000);
}

test("the index names every report with its question, its finding and its files", () => {
  const stems = readdirSync(join(ROOT, "reports")).filter((name) => name.endsWith(".json"));
  deepEqual(
    GALLERY.flatMap(({ reports }) => reports).toSorted(),
    stems.map((name) => name.replace(/\.json$/, "")).toSorted(),
  );
  equalToFile(galleryIndex(join(ROOT, "reports")), "reports/README.md");
});
