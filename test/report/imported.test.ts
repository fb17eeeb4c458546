/** What an importer found, as text. */
import { ok } from "node:assert/strict";
import { test } from "vitest";
import { modelCounts } from "../../src/answers/large/counts.ts";
import { readLargeModel } from "../../src/files/large-model.ts";
import { importedLines } from "../../src/report/imported.ts";

test("counts, every figure with its key, the layout, and what was not read", async () => {
  const model = await readLargeModel("mixtral-8x7b");
  const run = { layout: ["tp=2", "micro=1"], rankCount: 16, unread: ["seed"], notes: ["a note"] };
  const text = importedLines({ model, counts: modelCounts(model), run }).join("\n");
  ok(/46\.70.billion parameters, 12\.88.billion/.test(text), text);
  ok(/expertsPerToken +2 +file +num_experts_per_tok/.test(text), text);
  ok(text.includes("layout: tp=2,micro=1\naccelerators: 16\nnote: a note"));
  ok(text.endsWith("not read, since they move neither: seed"));
});
