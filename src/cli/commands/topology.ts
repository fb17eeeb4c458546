/** `topology show|draw|check|cables|diff CLUSTER`: what is in the fabric, what if some fails? */
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { COLOR_OPTION, JSON_OPTION, SET_OPTION } from "../options.ts";
import { say } from "../output.ts";
import { InputError, UsageError } from "../../base/errors.ts";
import type { Design } from "../../records/cluster.ts";

type Flags = Readonly<Record<string, unknown>>;

export const topology: Command = {
  names: ["topology"],
  words: ["topology <action> <cluster> [found]"],
  describe: "Show a fabric's tiers and counts, draw it, let cables fail, or find miscabled ones",
  examples: [
    "fabricast topology show h100-torus --ranks 512",
    "fabricast topology show superpod-b200-16su --json",
    "fabricast topology show superpod-h100-1su --reference superpod-h100-4su",
    "fabricast topology draw h100-fat-tree-2to1 --ranks 256 -o fabric.svg",
    "fabricast topology check h100-dragonfly --fail 2links",
    "fabricast topology cables h100-fat-tree-2to1 --ranks 64 -o cables.csv",
    "fabricast topology diff scenarios/neighbors/two-leaves.yaml scenarios/neighbors/ib.topo",
  ],
  options: {
    ranks: {
      type: "string",
      alias: "accelerators",
      requiresArg: true,
      describe: "size; default: the whole cluster",
    },
    output: {
      type: "string",
      alias: "o",
      requiresArg: true,
      describe: "draw, cables: file to write",
    },
    reference: { type: "string", requiresArg: true, describe: "show: a cluster to compare with" },
    fail: { type: "string", requiresArg: true, describe: "check: how many fail, 1links, 2links" },
    seed: { type: "string", requiresArg: true, describe: "check: draws the sample; default 1" },
    set: SET_OPTION,
    json: JSON_OPTION,
    color: COLOR_OPTION,
  },
  async handle(flags) {
    const action = text(flags, "action") ?? "";
    if (action === "diff") {
      const { topologyDiff } = await import("../topology-diff.ts");
      return await topologyDiff(flags);
    }
    if (action === "cables") {
      const { listCables } = await import("../cable-list.ts");
      return await listCables(flags);
    }
    const make = ACTIONS[action];
    if (make === undefined) {
      throw new UsageError(`topology takes show, draw, check, cables or diff, not "${action}"`);
    }
    const { readDesign } = await import("../../files/cluster.ts");
    const { parseSettings } = await import("../settings.ts");
    const { countFlag } = await import("../flags.ts");
    const set = parseSettings(texts(flags, "set"));
    const design = await readDesign(text(flags, "cluster") ?? "", { set });
    const ranks = text(flags, "ranks");
    const rankCount = ranks === undefined ? undefined : countFlag("--ranks", ranks);
    const shown = await make(design, rankCount, flags);
    if (shown !== "") process.stdout.write(`${shown.trimEnd()}\n`);
    return 0;
  },
};

const ACTIONS: Readonly<
  Record<string, (design: Design, ranks: number | undefined, flags: Flags) => Promise<string>>
> = { show, draw, check };

async function show(design: Design, rankCount: number | undefined, flags: Flags): Promise<string> {
  const { countsOf } = await import("../../answers/bill.ts");
  const { fabricEnds } = await import("../../answers/fabric-ends.ts");
  const { answerTopology } = await import("../../answers/topology.ts");
  const { countsShown } = await import("../../report/bill.ts");
  const { againstText, topologyText } = await import("../../report/topology.ts");
  const { readDesign } = await import("../../files/cluster.ts");
  const named = text(flags, "reference");
  const reference = named === undefined ? undefined : await readDesign(named);
  const drawing = answerTopology(design.cluster, rankCount);
  const counts = countsOf(design, rankCount);
  const others = reference && { name: reference.name, counts: countsOf(reference) };
  if (isOn(flags, "json")) {
    const more = others && { reference: { name: others.name, ...countsShown(others.counts) } };
    return JSON.stringify({ ...drawing, ...countsShown(counts), ...more }, null, 2);
  }
  const against = others === undefined ? "" : againstText(counts, others);
  return topologyText(drawing, fabricEnds(design, rankCount)) + against;
}

async function draw(design: Design, rankCount: number | undefined, flags: Flags): Promise<string> {
  const { answerTopology } = await import("../../answers/topology.ts");
  const { topologySvg } = await import("../../report/topology.ts");
  const svg = await topologySvg(answerTopology(design.cluster, rankCount));
  const path = text(flags, "output");
  if (path === undefined) return svg;
  const { writeText } = await import("../../files/write.ts");
  await writeText(path, svg);
  say(`wrote ${path}`);
  return "";
}

async function check(design: Design, rankCount: number | undefined, flags: Flags): Promise<string> {
  const { checkTopology } = await import("../../answers/topology-check.ts");
  const { checkText } = await import("../../report/topology-check.ts");
  const { countFlag, flagIssue } = await import("../flags.ts");
  const word = text(flags, "fail") ?? "1links";
  const [, digits] = /^([1-4])[ -]?links?$/.exec(word) ?? [];
  if (digits === undefined) {
    const next = "write --fail 2links";
    throw new InputError([flagIssue("--fail", `"${word}"`, "1links to 4links", next)]);
  }
  const seed = countFlag("--seed", text(flags, "seed") ?? "1");
  const found = checkTopology(design.cluster, {
    ...{ failedCount: Number(digits), seed },
    ...(rankCount === undefined ? {} : { rankCount }),
  });
  return isOn(flags, "json") ? JSON.stringify(found, null, 2) : checkText(found);
}
