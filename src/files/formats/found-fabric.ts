/** A real fabric from another tool's file, recognized by what is in it, and as a cluster file. */
import { InputError } from "../../base/errors.ts";
import type { FoundFabric } from "../../records/found-fabric.ts";
import { parseDocument } from "../document.ts";
import { refuse, wholeFile } from "../issue.ts";
import { readText } from "../read.ts";
import { decimal } from "../spelling.ts";
import { byCode } from "./found-draft.ts";
import { fabricFromIbnetdiscover, IB_WORD } from "./ibnetdiscover.ts";
import { fabricFromLldp, isLldp } from "./lldp.ts";
import { fabricFromSlurm, SLURM_WORD } from "./slurm-topology.ts";

export async function readFoundFabric(path: string): Promise<FoundFabric> {
  return await foundFabricFrom(await readText(path), path);
}

export async function foundFabricFrom(text: string, file: string): Promise<FoundFabric> {
  const found = await recognized(text, file);
  if (found !== undefined) return found;
  return refuse(wholeFile(file), {
    code: "not-a-fabric",
    found: "text of another kind",
    expected: "topology.conf, NCCL's XML, or what ibnetdiscover, lldpcli, nvidia-smi topo -m print",
    nextStep: "name such a file",
  });
}

/** Undefined where the text is of none of the formats. */
export async function recognized(text: string, file: string): Promise<FoundFabric | undefined> {
  if (/^\s*\{/.test(text)) {
    const document = await parseDocument(text, file);
    return isLldp(document.data) ? fabricFromLldp(document) : undefined;
  }
  if (IB_WORD.test(text)) return fabricFromIbnetdiscover(text, file);
  return SLURM_WORD.test(text) ? fabricFromSlurm(text, file) : undefined;
}

export interface FoundLink {
  /** Of hosts, and of the cables that name no other. */
  readonly rateBytesPerS: number | undefined;
  /** Rates of hosts, each once. */
  readonly hostRatesBytesPerS: readonly number[];
}

/** The rate of hosts: as found, else as asked; undefined where neither says. */
export function foundLink({ hosts }: FoundFabric, asked: number | undefined): FoundLink {
  const hostRatesBytesPerS = [
    ...new Set(hosts.flatMap(({ rateBytesPerS }) => rateBytesPerS ?? asked ?? [])),
  ].sort((a, b) => a - b);
  const isWhole = hosts.every(({ rateBytesPerS }) => (rateBytesPerS ?? asked) !== undefined);
  return { rateBytesPerS: isWhole ? hostRatesBytesPerS[0] : undefined, hostRatesBytesPerS };
}

/** Data of a cluster file; hosts are ranks in the order of the switches. */
export function clusterFileOf(
  found: FoundFabric,
  about: {
    readonly id: string;
    readonly source: string;
    readonly rateBytesPerS: number;
    readonly latencyS: number;
    readonly cableRateBytesPerS: number | undefined;
  },
) {
  const { id, source, rateBytesPerS, latencyS, cableRateBytesPerS } = about;
  const { switches, hosts, cables } = found;
  const counts = new Map<string, number>();
  for (const { switchName } of hosts) counts.set(switchName, (counts.get(switchName) ?? 0) + 1);
  const rate = (value: number): string => `${decimal(value * 8e-9)} Gb/s`;
  const none = "0 ns";
  return {
    id,
    name: `Found in ${source}`,
    summary: `${hosts.length} hosts on ${switches.length} switches, read from ${found.format}`,
    node: { name: "host", accelerators: 1 },
    fabric: {
      kind: "custom",
      switches: [...switches]
        .sort(byCode)
        .map((name) => ({ name, hosts: counts.get(name) ?? 0 }))
        .map(({ name, hosts: count }) => (count === 0 ? { name } : { name, hosts: count })),
      cables: cables.map(({ from, to, count, rateBytesPerS: own = cableRateBytesPerS }) => ({
        ...{ from, to },
        ...(count === 1 ? {} : { count }),
        ...(own === undefined || own === rateBytesPerS ? {} : { rate: rate(own) }),
      })),
      link: { rate: rate(rateBytesPerS), latency: `${decimal(latencyS * 1e9)} ns` },
      switchLatency: none,
    },
    endpoint: { scaleUpMessage: none, scaleOutMessage: none, collectiveStart: none },
  };
}

/** Undefined where the words name no such file: then they name a cluster, or nothing. */
export async function foundFabricIfAny(path: string): Promise<FoundFabric | undefined> {
  let text: string;
  try {
    text = await readText(path);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
  return await recognized(text, path);
}
