/** `import cluster FILE`: a real fabric as other tools list it, and as a cluster file. */
import { basename, extname } from "node:path";
import type { Issue } from "../base/errors.ts";
import { InputError, UsageError } from "../base/errors.ts";
import { significant } from "../base/format.ts";
import { printable } from "../base/printable.ts";
import { shellQuoted } from "../base/shell.ts";
import type { FoundNode } from "../records/found-node.ts";
import type { FoundFabric } from "../records/found-fabric.ts";
import { isOn, text } from "./command.ts";
import { flagIssue } from "./flags.ts";
import { say } from "./output.ts";

type Flags = Readonly<Record<string, unknown>>;

export async function importCluster(flags: Flags, file: string): Promise<number> {
  const { readFoundFabric, foundLink } = await import("../files/formats/found-fabric.ts");
  const { foundCounts, foundLines } = await import("../report/found-fabric.ts");
  const { foundNodeIfAny } = await import("../files/formats/found-node.ts");
  const node = await foundNodeIfAny(file);
  if (node !== undefined) return await showNode(flags, node);
  const found = await readFoundFabric(file);
  const asked = await figureFlag(flags, "rate", "linkSpeed");
  const { hostRatesBytesPerS } = foundLink(found, asked);
  const out = text(flags, "out");
  if (out !== undefined) await writeCluster(flags, { found, file, out, asked });
  const rates = hostRatesBytesPerS.map((rate) => `${significant(rate * 8e-9, 4)} Gb/s`).join(", ");
  const assumed = [
    ...(rates === "" ? ["no rates in the file: give --rate 400G with -o"] : [`hosts at ${rates}`]),
    ...(asked !== undefined && isRated(found) ? ["--rate is not used: the file has rates"] : []),
    ...(out === undefined ? [] : ASSUMED),
  ];
  if (isOn(flags, "json")) {
    const { notes } = found;
    const counts = { ...foundCounts(found), hostRatesBytesPerS, notes: [...notes, ...assumed] };
    process.stdout.write(`${JSON.stringify(counts, null, 2)}\n`);
    return 0;
  }
  process.stdout.write(`${foundLines(found, assumed).map(printable).join("\n")}\n`);
  return 0;
}

/** The inside of one node: no cluster by itself. */
async function showNode(flags: Flags, node: FoundNode): Promise<number> {
  if (text(flags, "out") !== undefined) {
    throw new UsageError("a node alone is no cluster; write its figures under node: in one");
  }
  const { foundNodeCounts, foundNodeLines } = await import("../report/found-node.ts");
  const counts = { ...foundNodeCounts(node), notes: node.notes };
  const output = isOn(flags, "json")
    ? JSON.stringify(counts, null, 2)
    : foundNodeLines(node).map(printable).join("\n");
  process.stdout.write(`${output}\n`);
  return 0;
}

const ASSUMED = [
  "one accelerator a host; edit node for more, and endpoint for times of its own (0 here)",
  "the latency of every cable is --latency, switches within",
];

const isRated = ({ hosts, cables }: FoundFabric): boolean =>
  [...hosts, ...cables].every(({ rateBytesPerS }) => rateBytesPerS !== undefined);

async function writeCluster(
  flags: Flags,
  about: {
    readonly found: FoundFabric;
    readonly file: string;
    readonly out: string;
    readonly asked: number | undefined;
  },
): Promise<void> {
  const { found, file, out, asked } = about;
  const { clusterFileOf, foundLink } = await import("../files/formats/found-fabric.ts");
  const { toYaml } = await import("../files/yaml.ts");
  const { writeText } = await import("../files/write.ts");
  const { rateBytesPerS, hostRatesBytesPerS } = foundLink(found, asked);
  const latencyS = await figureFlag(flags, "latency", "duration");
  const issues: Issue[] = [];
  const isCableBare = found.cables.some((cable) => cable.rateBytesPerS === undefined);
  if (rateBytesPerS === undefined || (isCableBare && asked === undefined)) {
    const expected = "the rate of a link, which the file does not say";
    issues.push(flagIssue("--rate", "nothing", expected, "write --rate 400G"));
  }
  if (latencyS === undefined) {
    const expected = "the latency of a cable, which no such file says";
    issues.push(flagIssue("--latency", "nothing", expected, "write --latency '500 ns'"));
  }
  if (hostRatesBytesPerS.length > 1) {
    const words = hostRatesBytesPerS
      .map((rate) => `${significant(rate * 8e-9, 4)} Gb/s`)
      .join(", ");
    const next = "import the hosts of one rate, or leave -o out";
    issues.push(flagIssue("-o", `hosts at ${words}`, "hosts of one rate in a cluster", next));
  }
  if (issues.length > 0 || rateBytesPerS === undefined || latencyS === undefined) {
    throw new InputError(issues);
  }
  const id = basename(out, extname(out)).toLowerCase();
  const figures = { rateBytesPerS, latencyS, cableRateBytesPerS: asked };
  await writeText(out, toYaml(clusterFileOf(found, { id, source: basename(file), ...figures })));
  say(`wrote ${out}; see it with: npx fabricast topology show ${shellQuoted(out)}`);
}

async function figureFlag(
  flags: Flags,
  name: string,
  kind: "linkSpeed" | "duration",
): Promise<number | undefined> {
  const words = text(flags, name);
  if (words === undefined) return undefined;
  const { hint, readQuantity } = await import("../files/quantity.ts");
  const { KINDS } = await import("../files/kinds.ts");
  const reading = readQuantity(words, kind);
  const isRight = "value" in reading && reading.value >= (kind === "duration" ? 0 : 1);
  if (isRight) return reading.value;
  const expected = `${KINDS[kind].words}, such as ${KINDS[kind].example}`;
  const next = hint(words, kind) ?? "write number and unit";
  throw new InputError([flagIssue(`--${name}`, `"${words}"`, expected, next)]);
}
