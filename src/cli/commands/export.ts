/** `export KIND TARGET`: files for other tools. */
import { InputError, UsageError } from "../../base/errors.ts";
import { fixed } from "../../base/format.ts";
import type { Graph } from "../../records/graph.ts";
import type { Command } from "../command.ts";
import { text, texts } from "../command.ts";
import { CLUSTER_OPTION, SET_OPTION } from "../options.ts";
import { say } from "../output.ts";

type Flags = Readonly<Record<string, unknown>>;

const TARGETS = "megatron, torchtitan, deepspeed, vllm, sglang or trtllm";

export const exportCommand: Command = {
  names: ["export"],
  words: ["export <kind> <target>"],
  describe: "Write for other tools: slurm, simgrid, astra CLUSTER; goal COLLECTIVE; launch RESULT",
  examples: [
    "fabricast export slurm superpod-h100-1su",
    "fabricast export simgrid bare-switch-64 --ranks 8 -o switch.xml",
    "fabricast export astra bare-torus-4x4x4",
    "fabricast export goal all_reduce --cluster bare-switch-64 --ranks 8 -b 1M -o ring.goal",
  ],
  options: {
    output: { type: "string", alias: "o", requiresArg: true, describe: "file; default: stdout" },
    cluster: { ...CLUSTER_OPTION, demandOption: false },
    ranks: { type: "string", requiresArg: true, describe: "default: the whole cluster" },
    b: { type: "string", requiresArg: true, default: "1M", describe: "goal: size (K, M, G)" },
    algorithm: { type: "string", alias: "algo", default: "auto", describe: "goal: auto, ring, …" },
    to: { type: "string", requiresArg: true, describe: `launch: ${TARGETS}` },
    "per-node": { type: "string", requiresArg: true, describe: "launch: accelerators of a node" },
    set: SET_OPTION,
  },
  async handle(flags) {
    const kind = text(flags, "kind") ?? "";
    const make = KINDS[kind];
    if (make === undefined) {
      throw new UsageError(`export takes ${Object.keys(KINDS).join(", ")}, not "${kind}"`);
    }
    await give(flags, await make(text(flags, "target") ?? "", flags));
    return 0;
  },
};

const KINDS: Readonly<Record<string, (target: string, flags: Flags) => Promise<Made>>> = {
  slurm,
  goal,
  launch,
  simgrid,
  astra,
};

interface Made {
  readonly text: string;
  /** What is in it, and what it cannot say. */
  readonly words: string;
}

async function give(flags: Flags, made: Made): Promise<void> {
  const path = text(flags, "output");
  if (path === undefined) process.stdout.write(made.text);
  else {
    const { writeText } = await import("../../files/write.ts");
    await writeText(path, made.text);
  }
  say(path === undefined ? made.words : `wrote ${path}: ${made.words}`);
}

async function clusterOf(reference: string, flags: Flags) {
  const { readCluster } = await import("../../files/cluster.ts");
  const { parseSettings } = await import("../settings.ts");
  return await readCluster(reference, { set: parseSettings(texts(flags, "set")) });
}

async function slurm(target: string, flags: Flags): Promise<Made> {
  const { slurmTree } = await import("../../answers/slurm-tree.ts");
  const { slurmTopologyText } = await import("../../files/formats/slurm-writer.ts");
  const cluster = await clusterOf(target, flags);
  const tree = slurmTree(cluster);
  const words = "cables a pair, rates and rails are what Slurm's tree cannot say";
  return {
    text: slurmTopologyText(`${cluster.id}: rename node[…] after your hosts`, tree),
    words: `${fixed(tree.length)} switches of a tree; ${words}`,
  };
}

async function simgrid(target: string, flags: Flags): Promise<Made> {
  const { simgridPlatformText } = await import("../../answers/fabric-files.ts");
  const graph = await graphOf(target, flags);
  const words = `${fixed(graph.rankCount)} hosts; endpoint times and adaptive ways are not in it`;
  return { text: simgridPlatformText(graph), words };
}

async function astra(target: string, flags: Flags): Promise<Made> {
  const { astraNetworkText } = await import("../../answers/fabric-files.ts");
  const graph = await graphOf(target, flags);
  const words = "oversubscription, rails and links shared between dimensions are not in it";
  return { text: astraNetworkText(graph), words };
}

async function goal(target: string, flags: Flags): Promise<Made> {
  const reference = text(flags, "cluster");
  if (reference === undefined) throw new UsageError("export goal needs a collective and --cluster");
  const { collectiveFrom, algorithmFrom } = await import("../../answers/spelling.ts");
  const { collectiveGoal } = await import("../../answers/goal-program.ts");
  const { parseMessageSize } = await import("../../files/spelling.ts");
  const { flagIssue } = await import("../flags.ts");
  const size = text(flags, "b") ?? "";
  const sizeBytes = parseMessageSize(size);
  if (sizeBytes === undefined || sizeBytes <= 0) {
    throw new InputError([flagIssue("-b", `"${size}"`, "a size such as 64K or 1M", "correct -b")]);
  }
  const collective = collectiveFrom(target);
  const algorithm = algorithmFrom(text(flags, "algorithm") ?? "auto");
  const made = collectiveGoal(await graphOf(reference, flags), {
    ...{ collective, algorithm, sizeBytes },
  });
  const words = `${collective} by ${made.algorithm}, ${fixed(made.messageCount)} messages`;
  return { text: made.text, words: `${words}; the fabric and reductions are not in it` };
}

async function launch(target: string, flags: Flags): Promise<Made> {
  const to = text(flags, "to") ?? "";
  const { isLaunchTarget } = await import("../../files/formats/launch-reader.ts");
  if (to !== "megatron" && !isLaunchTarget(to)) {
    throw new UsageError(`export launch takes --to ${TARGETS}`);
  }
  const { readResult } = await import("../../files/result.ts");
  const { megatronLaunch } = await import("../../files/formats/megatron-writer.ts");
  const { launchFor } = await import("../../files/formats/launch-writer.ts");
  const { countFlag, flagIssue } = await import("../flags.ts");
  const result = await readResult(target);
  if (result.kind !== "large") {
    throw new UsageError(`export launch takes the result of a large model, not of ${result.kind}`);
  }
  const { model, layout, rankCount, modelFields } = result;
  const words = text(flags, "per-node");
  if (words === undefined) throw new UsageError("export launch needs --per-node, such as 8");
  const perNodeCount = countFlag("--per-node", words);
  if (rankCount % perNodeCount !== 0) {
    const expected = `a number that divides ${rankCount} accelerators`;
    throw new InputError([flagIssue("--per-node", words, expected, "correct --per-node")]);
  }
  const asked = { model, layout, rankCount, perNodeCount, modelFields };
  const made = isLaunchTarget(to) ? launchFor(to, asked) : megatronLaunch(asked);
  const unsaid = made.unsaid.length === 0 ? "nothing of the layout" : made.unsaid.join(", ");
  return { text: made.text, words: `${layout.text}; ${to} cannot say: ${unsaid}` };
}

async function graphOf(reference: string, flags: Flags): Promise<Graph> {
  const { graphOfCluster } = await import("../../answers/topology.ts");
  const { countFlag } = await import("../flags.ts");
  const ranks = text(flags, "ranks");
  const cluster = await clusterOf(reference, flags);
  return graphOfCluster(cluster, ranks === undefined ? undefined : countFlag("--ranks", ranks));
}
