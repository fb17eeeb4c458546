/** The committed reports are what the product says today. `npm run golden` writes them anew. */
import { equal, ok } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";
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
