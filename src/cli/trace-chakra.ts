/** `trace export --to chakra`: a file for each rank, and who is in which group. */
import { Refusal } from "../base/errors.ts";
import { fixed } from "../base/format.ts";
import type { ChakraPlace } from "../files/formats/chakra.ts";
import type { Degrees, RecordedTrace } from "../records/trace-file.ts";
import type { GroupKind, TraceCollective } from "../records/trace.ts";
import { prints } from "./native-options.ts";

/** More files, or more nodes in them all, are of no use to anybody. */
const FILE_COUNT_MAX = 4096;
const NODE_COUNT_MAX = 10_000_000;

export async function exportChakra(
  recorded: RecordedTrace,
  output: string,
  flags: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { chakraBytes, chakraNodes } = await import("../files/formats/chakra.ts");
  const { writeAll } = await import("../files/write.ts");
  const { programs } = recorded;
  const ranks = programs.reduce((sum, program) => sum + program.ranks.length, 0);
  const all = programs.reduce((sum, each) => sum + each.ranks.length * each.dependencies.length, 0);
  refuseMany(ranks, all);
  const { placeOf, groups } = await places(recorded.degrees, ranks);
  const prefix = output.replace(/\.et$/, "");
  const files: { path: string; text: Uint8Array | string }[] = programs
    .flatMap((program) => program.ranks.map((rank) => ({ rank, program })))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ rank, program }) => {
      const text = chakraBytes(chakraNodes(program, placeOf(rank)));
      return { path: ranks === 1 ? output : `${prefix}.${rank}.et`, text };
    });
  const listed = groups();
  if (listed !== undefined) files.push({ path: `${prefix}.groups.json`, text: listed });
  await writeAll(files);
  const nodes = programs.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
  const words =
    `${ranks === 1 ? output : `${prefix}.<rank>.et, ${fixed(ranks)} files`}: ` +
    `${fixed(nodes)} nodes` +
    (listed === undefined ? "" : `; groups of ranks in ${prefix}.groups.json`);
  prints(flags, { files: files.map(({ path }) => path), nodes }, words);
  return 0;
}

/** Ranks, and the groups that they name on the way: numbers from 1, in the order of ranks. */
async function places(degrees: Degrees, rankCount: number) {
  const { membersOf } = await import("../training/mesh.ts");
  const { meshOf } = await import("../training/record-shapes.ts");
  const mesh = meshOf(degrees);
  const ids = new Map<string, number>();
  const groupIdOf = (members: readonly number[]) => {
    const key = members.join();
    const id = ids.get(key) ?? ids.size + 1;
    ids.set(key, id);
    return id;
  };
  const placeOf = (rank: number): ChakraPlace => {
    const known = new Map<string, readonly number[]>();
    return {
      ...{ rank, rankCount, groupIdOf },
      membersOf(collective) {
        const axes = axesOf(collective, degrees);
        const key = axes.join();
        const members = known.get(key) ?? membersOf(mesh, rank, axes);
        known.set(key, members);
        return members;
      },
    };
  };
  const groups = () => {
    if (ids.size === 0) return undefined;
    const lines = [...ids].map(([members, id]) => `  "${id}": [${members.split(",").join(", ")}]`);
    return `{\n${lines.join(",\n")}\n}\n`;
  };
  return { placeOf, groups };
}

/** Gradients are added up by all that replicate a weight: those of experts by fewer. */
function axesOf({ group, rankCount }: TraceCollective, { dp, ep, cp }: Degrees): GroupKind[] {
  if (group !== "data") return [group];
  if (rankCount === dp * ep * cp) return ["data", "expert", "context"];
  return rankCount === dp * cp ? ["data", "context"] : ["data"];
}

function refuseMany(ranks: number, nodes: number): void {
  if (ranks <= FILE_COUNT_MAX && nodes <= NODE_COUNT_MAX) return;
  throw new Refusal({
    code: "too-many-ranks",
    pointer: "",
    found: `${fixed(ranks)} ranks, each a file, with ${fixed(nodes)} nodes together`,
    expected: `at most ${fixed(FILE_COUNT_MAX)} ranks and ${fixed(NODE_COUNT_MAX)} nodes`,
    nextStep: "record with smaller degrees",
  });
}
