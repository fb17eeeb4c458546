/** `compare fabrics`: which family gives more for the same money, bisection or ports? */
import type { Options } from "yargs";
import { isOn, text } from "./command.ts";
import { AS_OF_OPTION } from "./options.ts";
import { say } from "./output.ts";
import { shownWords } from "./words.ts";
import { InputError } from "../base/errors.ts";
import { shellQuoted } from "../base/shell.ts";
import { CATALOG_DATE, VERSION } from "../base/version.ts";
import type { EqualIn, FabricComparison } from "../records/fabric-comparison.ts";

const EQUALS: readonly EqualIn[] = ["cost", "bisection", "ports"];
/** Above, the exchange of all ranks takes minutes on fabrics without symmetry. */
const HOSTS_MOST = 512;

export const FABRIC_EXAMPLES: readonly string[] = [
  "fabricast compare fabrics --hosts 32 --families fat-tree,rail,torus,dragonfly --equal cost",
  "fabricast compare fabrics --hosts 16 --families fat-tree,torus --equal ports --json",
  "fabricast compare fabrics --hosts 16 --families fat-tree,torus --equal ports -o my/report",
];

export const FABRIC_OPTIONS: Readonly<Record<string, Options>> = {
  hosts: { type: "string", requiresArg: true, default: "64", describe: "nodes of each fabric" },
  families: {
    type: "string",
    requiresArg: true,
    default: "fat-tree,rail,torus,dragonfly",
    describe: "fat-tree, rail, rail-only, torus, dragonfly, hyperx, slim-fly",
  },
  equal: { choices: EQUALS, default: "cost", describe: "what is made equal" },
  node: { type: "string", requiresArg: true, default: "hgx-h100", describe: "node, by id" },
  size: { type: "string", requiresArg: true, default: "256M", describe: "bytes a rank" },
  seeds: {
    type: "string",
    requiresArg: true,
    default: "32",
    describe: "of a routing that draws",
  },
  "as-of": AS_OF_OPTION,
  out: {
    type: "string",
    alias: "o",
    requiresArg: true,
    describe: "folder for the comparison of fabrics as HTML, CSV and JSON",
  },
};

type Flags = Readonly<Record<string, unknown>>;

export async function answerFabrics(flags: Flags, words: readonly string[]): Promise<number> {
  const { CANDIDATE_FAMILIES, fabricCandidates } = await import("../files/fabric-candidates.ts");
  const { compareFabrics } = await import("../answers/compare-fabrics.ts");
  const { compareFabricsText } = await import("../report/compare-fabrics.ts");
  const { asOfFlag, countFlag, flagIssue, sizesFrom } = await import("./flags.ts");
  const { readDesign } = await import("../files/cluster.ts");

  const hostCount = countFlag("--hosts", text(flags, "hosts") ?? "", HOSTS_MOST);
  const node = text(flags, "node") ?? "";
  const one = await readDesign(`1 x ${node}, switch, 400G`);
  const perNode = one.node.acceleratorCount;
  const names = (text(flags, "families") ?? "").split(",").map((name) => name.trim());
  const wrong = names.filter((name) => !CANDIDATE_FAMILIES.includes(name));
  if (wrong.length > 0) {
    const expected = CANDIDATE_FAMILIES.join(", ");
    const found = wrong.map((name) => `"${name}"`).join(", ");
    throw new InputError([flagIssue("--families", found, expected, "correct --families")]);
  }
  const families = [];
  for (const family of names) {
    const candidates = await fabricCandidates(family, { hostCount, node, perNodeCount: perNode });
    families.push({ family, candidates });
  }
  const size = text(flags, "size") ?? "";
  const comparison = compareFabrics({
    families,
    equal: EQUALS.find((word) => word === text(flags, "equal")) ?? "cost",
    sizeBytes: sizesFrom(size, size)[0] ?? 0,
    seedCount: countFlag("--seeds", text(flags, "seeds") ?? "", 1000),
    asOf: asOfFlag(text(flags, "as-of")),
  });
  process.stdout.write(
    isOn(flags, "json")
      ? `${JSON.stringify(comparison, null, 2)}\n`
      : compareFabricsText(comparison),
  );
  const folder = text(flags, "out");
  if (folder !== undefined) await writeFabrics(folder, comparison, flags, words);
  return 0;
}

/** The comparison as a page, as rows and as data, beside each other. */
async function writeFabrics(
  folder: string,
  comparison: FabricComparison,
  flags: Flags,
  words: readonly string[],
): Promise<void> {
  const { compareFabricsPage } = await import("../report/html/compare-fabrics.ts");
  const { fabricsCsv } = await import("../report/compare-fabrics.ts");
  const { fileName, writeAll } = await import("../files/write.ts");
  const hostCount = Number(text(flags, "hosts"));
  const node = text(flags, "node") ?? "";
  const page = await compareFabricsPage({
    ...{ comparison, hostCount, node, asOf: text(flags, "as-of") ?? CATALOG_DATE },
    ...{ catalog: CATALOG_DATE, version: VERSION },
    reproduce: ["npx fabricast", ...shownWords(words).map(shellQuoted)].join(" "),
  });
  const path = `${folder}/${fileName(`fabrics-of-${hostCount}-${node}`)}`;
  const files = [
    { path: `${path}.html`, text: page },
    { path: `${path}.csv`, text: await fabricsCsv(comparison) },
    { path: `${path}.json`, text: `${JSON.stringify(comparison, null, 2)}\n` },
  ];
  await writeAll(files);
  say(`wrote ${files.map((file) => file.path).join(", ")}`);
}
