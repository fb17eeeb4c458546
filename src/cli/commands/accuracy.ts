/** `accuracy`: how near do predictions come to what others measured? */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";
import { printable } from "../../base/printable.ts";

export const accuracy: Command = {
  names: ["accuracy"],
  words: ["accuracy"],
  describe: "Predict published measurements and say how far off each is",
  examples: [
    "fabricast accuracy --rows scenarios/validation/train-torchtitan.csv",
    "fabricast accuracy --rows scenarios/validation/train-simumax-b200.csv --json",
  ],
  options: {
    rows: {
      type: "string",
      requiresArg: true,
      describe: "predict the rows of this CSV; its measured columns are not read",
    },
    collectives: {
      type: "boolean",
      describe: "the study of collectives in place of that of training steps",
    },
    inference: {
      type: "boolean",
      describe: "the study of inference, kernels and experts",
    },
    out: {
      type: "string",
      requiresArg: true,
      describe:
        "also write the study of all published rows as Markdown to this file, its plot beside it",
    },
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { readCsv } = await import("../../files/csv.ts");
    const { predictTable } = await import("../../answers/accuracy/predict.ts");
    if (isOn(flags, "collectives")) return await collectives(text(flags, "out"));
    if (isOn(flags, "inference")) return await inference(text(flags, "out"));
    const file = text(flags, "rows");
    if (file === undefined) return await study(text(flags, "out"), isOn(flags, "json"));
    const rows = predictTable(await readCsv(file));
    if (isOn(flags, "json")) {
      process.stdout.write(`${JSON.stringify({ rows }, null, 1)}\n`);
      return 0;
    }
    const { terminalRows } = await import("../../report/accuracy-rows.ts");
    process.stdout.write(`${terminalRows(rows).map(printable).join("\n")}\n`);
    return 0;
  },
};

/** All published sweeps; docs/accuracy-collectives.md is written by --out. */
async function collectives(out: string | undefined): Promise<number> {
  const { readCollectiveTables } = await import("../../files/validation.ts");
  const { collectiveRuns } = await import("../../answers/accuracy/collective-rows.ts");
  const { collectiveStudy } = await import("../../answers/accuracy/collective-study.ts");
  const { collectivePage } = await import("../../answers/accuracy/collective-page.ts");
  const { writeText } = await import("../../files/write.ts");
  const tables = await readCollectiveTables();
  const runs = collectiveRuns(tables.flatMap(({ rows }) => rows));
  const page = collectivePage(collectiveStudy(runs), runs);
  if (out !== undefined) await writeText(out, page);
  process.stdout.write(page);
  return 0;
}

/** Published inference and kernels; docs/accuracy-inference.md is written by --out. */
async function inference(out: string | undefined): Promise<number> {
  const { readInferenceTables } = await import("../../files/validation.ts");
  const { servingRuns, servingStudy } = await import("../../answers/accuracy/serving-study.ts");
  const { otherTables, servingPage } = await import("../../answers/accuracy/serving-page.ts");
  const { writeText } = await import("../../files/write.ts");
  const tables = await readInferenceTables();
  const served = tables.filter(({ name }) => name.startsWith("inference"));
  const study = servingStudy(servingRuns(served.flatMap(({ rows }) => rows)));
  const page = servingPage(study, otherTables(tables));
  if (out !== undefined) await writeText(out, page);
  process.stdout.write(page);
  return 0;
}

/** All published rows, fitted and left out; docs/accuracy.md is written by --out. */
async function study(out: string | undefined, asJson: boolean): Promise<number> {
  const { readValidation } = await import("../../files/validation.ts");
  const { validationSteps } = await import("../../answers/accuracy/validation.ts");
  const { studyOf } = await import("../../answers/accuracy/study.ts");
  const { accuracyPage } = await import("../../answers/accuracy/page.ts");
  const { writeText } = await import("../../files/write.ts");
  const { memoryStudy } = await import("../../answers/accuracy/memory-study.ts");
  const { engineStudy, ENGINE_CLUSTER } = await import("../../answers/accuracy/engine-study.ts");
  const { anchorStudy } = await import("../../answers/accuracy/anchor-study.ts");
  const { readCluster } = await import("../../files/cluster.ts");
  const { scatterPlot } = await import("../../answers/accuracy/scatter.ts");
  const tables = await readValidation();
  const steps = validationSteps(tables);
  const found = studyOf(steps);
  const engine = engineStudy(found.all, await readCluster(ENGINE_CLUSTER));
  const checks = { memory: memoryStudy(tables), engine, anchored: anchorStudy(steps) };
  const page = accuracyPage(found, checks);
  if (out !== undefined) {
    await writeText(out, page);
    await writeText(out.replace(/(?:\.md)?$/, ".svg"), scatterPlot(found.all));
  }
  if (asJson) {
    const rows = found.all.map(({ step, predictedS, errorShare }) => ({
      ...{ id: step.id, source: step.source, kind: step.kind, excluded: step.excluded },
      ...{ measuredS: step.measuredS, predictedS, errorShare },
    }));
    const { left, pairs } = found;
    process.stdout.write(`${JSON.stringify({ rows, left, pairs }, null, 1)}\n`);
  } else process.stdout.write(page);
  return 0;
}
