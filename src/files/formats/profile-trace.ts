/**
 * Profiles of all ranks as a trace to be replayed. Who waits for whom is taken from the recorded
 * times: a kernel follows the one before it and all collectives that had ended when it began; a
 * collective follows the last kernel that had ended. Overlap is thus kept and never gained, and
 * time in which nothing ran is left out.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionTrace } from "../../records/execution-trace.ts";
import { NODE, TRACE_COLLECTIVES } from "../../records/execution-trace.ts";
import type { ProfiledCall, ProfiledKernel, ProfiledRank } from "../../records/profile.ts";
import { listed, refuse, shown, wholeFile } from "../issue.ts";
import { piecesOf } from "../pieces.ts";
import { readChakra } from "./chakra-files.ts";
import { readKineto } from "./kineto.ts";
import { TraceColumns } from "./trace-columns.ts";
import { checkedTrace } from "./trace-checks.ts";

/** A Chakra trace by its prefix, or profiles: a folder of them, or one. */
export async function readExecution(
  path: string,
  groups: string | undefined,
): Promise<ExecutionTrace> {
  if (!(await isProfile(path))) return await readChakra(path, { groups });
  return profileTrace(await readProfiles(path));
}

async function isProfile(path: string): Promise<boolean> {
  if (await isFolder(path)) return true;
  if (!/\.json(\.gz)?$/.test(path)) return false;
  for await (const piece of piecesOf(path, "a trace")) {
    return !new TextDecoder().decode(piece.subarray(0, 256)).includes('"workload_graph"');
  }
  return false;
}

/** In the order of their ranks. */
export async function readProfiles(path: string): Promise<ProfiledRank[]> {
  const names = (await isFolder(path)) ? (await readdir(path)).sort() : undefined;
  const paths = names?.filter((name) => /\.json(\.gz)?$/.test(name)).map((one) => join(path, one));
  if (paths?.length === 0) {
    const expected = "profiles that end in .json or .json.gz";
    const found = "a folder without profiles";
    refuse(wholeFile(path), { code: "missing-file", found, expected, nextStep: "name another" });
  }
  const profiles: ProfiledRank[] = [];
  for (const one of paths ?? [path]) profiles.push(await readKineto(one));
  const ranks = profiles.map(({ rank }, i) => rank ?? i);
  const twice = ranks.find((rank, i) => ranks.indexOf(rank) !== i);
  if (twice !== undefined) {
    const found = `two profiles of rank ${twice}`;
    const expected = "each rank once, and steps of one recording";
    refuse(wholeFile(path), { code: "repeated-value", found, expected, nextStep: "leave one out" });
  }
  return profiles.toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

export function profileTrace(profiles: readonly ProfiledRank[]): ExecutionTrace {
  const worldRankCount = profiles[0]?.worldRankCount ?? 1;
  const [first] = profiles;
  if (profiles.length !== worldRankCount || profiles.some(({ rank = 0 }, i) => rank !== i)) {
    refuse(wholeFile(first?.file ?? ""), {
      code: "missing-file",
      found: `profiles of ranks ${listed(profiles.map(({ rank = 0 }) => String(rank)))}`,
      expected: `all ${worldRankCount} ranks, since each waits for the others`,
      nextStep: "record on every rank, and name the folder",
    });
  }
  const groups = new Map<string, readonly number[]>();
  const ranks = profiles.map((profile) => {
    const columns = new TraceColumns();
    addKernels(columns, profile, groups);
    return columns.finish(wholeFile(profile.file));
  });
  const notes = [
    "who waits for whom follows from the recorded times; time in which nothing ran is left out",
  ];
  const read = { format: "PyTorch profile", ranks, groups, notes };
  return checkedTrace(read, (rank) => profiles[rank]?.file ?? "");
}

/** Recorded times have nanoseconds; sums of them are off by less. */
const HALF_NS = 5e-10;

const endOf = ({ startS, durationS }: ProfiledKernel): number => startS + durationS;

function addKernels(
  columns: TraceColumns,
  { kernels, file }: ProfiledRank,
  groups: Map<string, readonly number[]>,
): void {
  const byEnd = kernels.map((_, i) => i).sort((a, b) => endOf(kernels[a]!) - endOf(kernels[b]!));
  /** The last collective of each group that has ended and that no kernel waits for yet. */
  const fresh = new Map<string, number>();
  let ended = 0;
  let lastEnded = -1;
  let lastBegun = -1;
  kernels.forEach((kernel, id) => {
    for (; ended < byEnd.length; ended++) {
      const other = byEnd[ended]!;
      if (endOf(kernels[other]!) > kernel.startS + HALF_NS || other >= id) break;
      const { call } = kernels[other]!;
      if (call === undefined) lastEnded = other;
      else fresh.set(call.group, other);
    }
    const { durationS, call } = kernel;
    if (call !== undefined) {
      if (lastEnded !== -1) columns.wait(lastEnded);
      columns.add({ id, flop: Number.NaN, durationS, ...callOf(call, columns, groups, file) });
      return;
    }
    if (lastBegun !== -1) columns.wait(lastBegun);
    for (const one of fresh.values()) columns.wait(one);
    fresh.clear();
    lastBegun = id;
    const kind = kernel.kind === "copy" ? NODE.memory : NODE.compute;
    const nothing = { flop: Number.NaN, bytes: Number.NaN, partner: 0, mark: 0 };
    columns.add({ id, kind, durationS, ...nothing });
  });
}

function callOf(
  { name, group, ranks, groupRankCount, inputBytes, peerRank }: ProfiledCall,
  columns: TraceColumns,
  groups: Map<string, readonly number[]>,
  file: string,
) {
  if (name === "send" || name === "receive") {
    const kind = name === "send" ? NODE.send : NODE.receive;
    if (peerRank !== undefined) return { kind, bytes: inputBytes, partner: peerRank, mark: 0 };
    const key = name === "send" ? "Dst Rank" : "Src Rank";
    return refuseBare(file, `a ${name} without "${key}"`);
  }
  if (ranks === undefined) {
    return refuseBare(file, `group ${shown(group)} of ${groupRankCount}, whose list is cut short`);
  }
  const known = groups.get(group);
  if (known !== undefined && known.join() !== ranks.join()) {
    refuse(wholeFile(file), {
      code: "groups-disagree",
      found: `group ${shown(group)} of ranks ${listed(ranks.map(String))}`,
      expected: `ranks ${listed(known.map(String))}, as another call or file has it`,
      nextStep: "take the files of one run",
    });
  }
  groups.set(group, ranks);
  const partner = (TRACE_COLLECTIVES as readonly string[]).indexOf(name);
  const bytes = name === "barrier" ? 0 : inputBytes;
  return { kind: NODE.collective, bytes, partner, mark: columns.group(group) };
}

function refuseBare(file: string, found: string): never {
  return refuse(wholeFile(file), {
    code: "missing-field",
    found,
    expected: "the ranks of each group, and both ends of each message",
    nextStep: "record with distributedInfo (PyTorch 2.3 or later), which lists groups in full",
  });
}
