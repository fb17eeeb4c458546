/**
 * The files of one Chakra trace, `PREFIX.<rank>.et`, also packed, or in the JSON dialect of the
 * mlcommons feeder, `PREFIX.<rank>.json`; or a single file, which then is rank 0 of one.
 */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ExecutionTrace } from "../../records/execution-trace.ts";
import { readDocument } from "../document.ts";
import type { Complaint } from "../issue.ts";
import { listed, refuse, shown, wholeFile } from "../issue.ts";
import { piecesOf } from "../pieces.ts";
import { ChakraDecoder } from "./chakra-decoder.ts";
import type { ChakraRank } from "./chakra-decoder.ts";
import { communicatorsOf } from "./chakra-groups.ts";
import { chakraJsonRank } from "./chakra-json.ts";
import { checkedTrace } from "./trace-checks.ts";

const EXPECTED = "a Chakra execution trace";
const ENDING = /\.(et|et\.gz|json|json\.gz)$/;

export interface ChakraOptions {
  /** ASTRA-sim's communicator file. */
  readonly groups?: string | undefined;
}

export async function readChakra(
  prefix: string,
  { groups }: ChakraOptions = {},
): Promise<ExecutionTrace> {
  const paths = await pathsOf(prefix);
  const ranks: ChakraRank[] = [];
  for (const [rank, path] of paths.entries()) ranks.push(await chakraRank(path, rank));
  const named = new Map(ranks.flatMap((rank) => [...rank.groups]));
  if (groups !== undefined) {
    const document = await readDocument(groups);
    for (const [name, own] of communicatorsOf(document.data, document.place("", "value"))) {
      named.set(name, own);
    }
  }
  ranks.forEach((rank, i) => {
    for (const [name, own] of rank.groups) refuseOtherGroup(paths[i] ?? prefix, name, own, named);
  });
  const version = oneVersion(ranks, paths);
  const trace = {
    format: `Chakra ${version === "" ? "without a version" : version}`,
    ranks: ranks.map(({ nodes }) => nodes),
    groups: named,
    notes: notesOf(ranks),
  };
  return checkedTrace(trace, (rank) => paths[rank] ?? prefix);
}

export async function chakraRank(path: string, rank: number): Promise<ChakraRank> {
  if (/\.json(\.gz)?$/.test(path)) return await chakraJsonRank(path, rank);
  const decoder = new ChakraDecoder(path, rank);
  for await (const piece of piecesOf(path, EXPECTED)) decoder.push(piece);
  return decoder.finish();
}

/** One path a rank, from rank 0 on. */
async function pathsOf(prefix: string): Promise<string[]> {
  if (ENDING.test(prefix)) return [prefix];
  const folder = dirname(prefix);
  const names = await readdir(folder).catch((): string[] => []);
  const start = `${basename(prefix)}.`;
  const byRank = new Map<number, string[]>();
  for (const name of names.sort()) {
    const [, digits] = name.startsWith(start)
      ? (/^(\d{1,7})\.(?:et|et\.gz|json)$/.exec(name.slice(start.length)) ?? [])
      : [];
    if (digits === undefined) continue;
    byRank.set(Number(digits), [...(byRank.get(Number(digits)) ?? []), name]);
  }
  if (byRank.size === 0) refuse(wholeFile(prefix), NO_FILES);
  return Array.from({ length: byRank.size }, (_, rank) => {
    const [name, ...others] = byRank.get(rank) ?? [];
    if (name === undefined) return refuse(wholeFile(prefix), missingRank(rank, byRank.size));
    if (others.length > 0) refuse(wholeFile(prefix), twoFiles([name, ...others]));
    return join(folder, name);
  });
}

function oneVersion(ranks: readonly ChakraRank[], paths: readonly string[]): string {
  const versions = [...new Set(ranks.map(({ version }) => version))];
  if (versions.length > 1) {
    const other = ranks.findIndex(({ version }) => version !== ranks[0]?.version);
    refuse(wholeFile(paths[other] ?? ""), {
      code: "unknown-version",
      found: `files of schemas ${listed(versions.map((version) => shown(version)))}`,
      expected: "all ranks of one version",
      nextStep: "export all ranks with the same program",
    });
  }
  return versions[0] ?? "";
}

function refuseOtherGroup(
  path: string,
  name: string,
  own: readonly number[],
  named: ReadonlyMap<string, readonly number[]>,
): void {
  const agreed = named.get(name) ?? [];
  if (agreed.length === own.length && agreed.every((rank, i) => rank === own[i])) return;
  refuse(wholeFile(path), {
    code: "groups-disagree",
    found: `group ${shown(name)} of ranks ${listed(own.map(String))}`,
    expected: `ranks ${listed(agreed.map(String))}, as another file has it`,
    nextStep: "take the files of one run",
  });
}

function notesOf(ranks: readonly ChakraRank[]): string[] {
  const unknown = ranks.reduce((sum, { unknownTypeCount }) => sum + unknownTypeCount, 0);
  return unknown === 0 ? [] : [`${unknown} nodes of types that are not known here take no time`];
}

const NO_FILES: Complaint = {
  code: "missing-file",
  found: "no files PREFIX.<rank>.et, .et.gz or .json",
  expected: "the prefix of a Chakra trace, or one of its files",
  nextStep: "name the part before .0.et",
};

function missingRank(rank: number, count: number): Complaint {
  return {
    code: "missing-file",
    found: `${count} files, and none of rank ${rank}`,
    expected: "ranks from 0 on without a gap",
    nextStep: "copy the missing file",
  };
}

function twoFiles(names: readonly string[]): Complaint {
  return {
    code: "repeated-value",
    found: `${listed(names)} for one rank`,
    expected: "one file a rank",
    nextStep: "remove one of them",
  };
}
