/** `import KIND FILE`: what files of others say of a model, its layout, or a fabric. */
import { basename, extname } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { shellQuoted } from "../../base/shell.ts";
import type { ImportedRun } from "../../files/formats/imported.ts";
import type { LargeModel } from "../../records/large-model.ts";
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";
import { say } from "../output.ts";

type Flags = Readonly<Record<string, unknown>>;

const KINDS = [
  ...["hf", "megatron", "deepspeed", "torchtitan", "vllm", "sglang", "trtllm"],
  ...["cluster", "chakra", "kineto", "rows"],
];

export const importCommand: Command = {
  names: ["import"],
  words: ["import <kind> <file>"],
  describe: "Read what other tools say of a model, its layout, a fabric or a trace",
  examples: [
    "fabricast import hf scenarios/models/configs/deepseek-v3.json",
    "fabricast import torchtitan scenarios/neighbors/torchtitan.sh",
    "fabricast import vllm scenarios/neighbors/vllm.sh --json",
    "fabricast import cluster scenarios/neighbors/topology.conf",
    "fabricast import chakra scenarios/neighbors/chakra/step",
    "fabricast import kineto scenarios/neighbors/profiles",
    "fabricast import rows scenarios/neighbors/megatron.log --with gpu=H100-80GB-SXM -o runs.csv",
    "fabricast import cluster scenarios/neighbors/nccl-topology.xml",
    "fabricast import cluster scenarios/neighbors/ib.topo -o found.yaml --latency '600 ns'",
  ],
  options: {
    out: {
      type: "string",
      alias: "o",
      requiresArg: true,
      describe: "write the model, the cluster or the rows to this file",
    },
    rate: { type: "string", requiresArg: true, describe: "cluster: where the file says none" },
    latency: { type: "string", requiresArg: true, describe: "cluster: of a cable, with -o" },
    with: { type: "array", string: true, requiresArg: true, describe: "rows: column=value" },
    groups: { type: "string", requiresArg: true, describe: "chakra: ranks of groups, as JSON" },
    json: JSON_OPTION,
  },
  async handle(flags) {
    const [kind, file] = [text(flags, "kind") ?? "", text(flags, "file") ?? ""];
    if (kind === "hf") return importModel(flags, file);
    if (kind === "megatron") return importMegatron(flags, file);
    if (kind === "deepspeed") return importDeepSpeed(flags, file);
    const { isLaunchTarget, runFromLaunch } = await import("../../files/formats/launch-reader.ts");
    if (isLaunchTarget(kind)) {
      const { readText } = await import("../../files/read.ts");
      return show(flags, { run: runFromLaunch(kind, await readText(file), file) });
    }
    if (kind === "cluster") {
      const { importCluster } = await import("../import-cluster.ts");
      return await importCluster(flags, file);
    }
    if (kind === "chakra") {
      const { importChakra } = await import("../execution-trace.ts");
      return await importChakra(flags, file);
    }
    if (kind === "kineto") {
      const { importKineto } = await import("../execution-trace.ts");
      return await importKineto(flags, file);
    }
    if (kind === "rows") {
      const { importRows } = await import("../import-rows.ts");
      return await importRows(flags, file);
    }
    throw new UsageError(`import takes ${KINDS.join(", ")}, not "${kind}"`);
  },
};

async function importModel(flags: Flags, file: string): Promise<number> {
  const { readDocument } = await import("../../files/document.ts");
  const { largeModelFrom } = await import("../../files/large-model.ts");
  const document = await readDocument(file);
  const model = largeModelFrom(document, file);
  const data = document.data as Readonly<Record<string, unknown>>;
  return show(flags, { model, config: data["config"] ?? data });
}

async function importMegatron(flags: Flags, file: string): Promise<number> {
  const { readText } = await import("../../files/read.ts");
  const { runFromMegatron } = await import("../../files/formats/megatron.ts");
  const { documentOf } = await import("../../files/document.ts");
  const { largeModelFrom } = await import("../../files/large-model.ts");
  const run = runFromMegatron(await readText(file), file);
  const model = largeModelFrom(documentOf(run.config, file), file);
  return show(flags, { model, config: run.config, run });
}

async function importDeepSpeed(flags: Flags, file: string): Promise<number> {
  const { readDocument } = await import("../../files/document.ts");
  const { runFromDeepSpeed } = await import("../../files/formats/deepspeed.ts");
  if (text(flags, "out") !== undefined) {
    throw new UsageError("a DeepSpeed file holds no model, so there is nothing for --out");
  }
  return show(flags, { run: runFromDeepSpeed(await readDocument(file)) });
}

interface Imported {
  readonly model?: LargeModel;
  readonly config?: unknown;
  readonly run?: ImportedRun;
}

async function show(flags: Flags, { model, config, run }: Imported): Promise<number> {
  const out = text(flags, "out");
  const counts = await countsOf(model);
  if (out !== undefined && model !== undefined) {
    const { writeText } = await import("../../files/write.ts");
    const { name, source } = model;
    const id = basename(out, extname(out)).toLowerCase();
    await writeText(out, `${JSON.stringify({ id, name, source, config }, null, 2)}\n`);
    say(`wrote ${out}; ask about it with: npx fabricast simulate --model ${shellQuoted(out)} …`);
  }
  if (isOn(flags, "json")) {
    const layout = run?.layout.join(",");
    const said = { ...counts, model, layout, rankCount: run?.rankCount };
    const rest = { unread: run?.unread, notes: run?.notes };
    process.stdout.write(`${JSON.stringify({ ...said, ...rest }, null, 2)}\n`);
    return 0;
  }
  const { importedLines } = await import("../../report/imported.ts");
  const lines = importedLines({ ...(model === undefined ? {} : { model }), counts, run });
  process.stdout.write(`${lines.map(printable).join("\n")}\n`);
  return 0;
}

async function countsOf(model: LargeModel | undefined) {
  if (model === undefined) return undefined;
  const { modelCounts } = await import("../../answers/large/counts.ts");
  return modelCounts(model);
}
