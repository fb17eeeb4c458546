/**
 * ASTRA-sim's analytical network (YAML) and its system (JSON). Keys that the program itself never
 * reads are refused by name only where they would change a result; all mistakes come at once.
 */
import type { Issue } from "../../base/errors.ts";
import { InputError } from "../../base/errors.ts";
import type {
  AstraCollective,
  AstraDimension,
  AstraNetwork,
  AstraSystem,
  AstraTopology,
} from "../../records/astra.ts";
import type { Document } from "../document.ts";
import { readDocument } from "../document.ts";
import { issueAt, listed, refuse, shown } from "../issue.ts";
import { isGroup } from "../walk.ts";

const TOPOLOGIES: readonly AstraTopology[] = ["Ring", "FullyConnected", "Switch"];
const COLLECTIVES: readonly AstraCollective[] = [
  "all-reduce",
  "reduce-scatter",
  "all-gather",
  "all-to-all",
];

export async function readAstraNetwork(path: string): Promise<AstraNetwork> {
  const reader = new Reader(await readDocument(path));
  const names = reader.list("topology", `a list of ${listed(TOPOLOGIES)}`, topologyOf);
  const counts = reader.list("npus_count", "whole numbers from 2 on", (value) =>
    Number.isSafeInteger(value) && Number(value) >= 2 ? Number(value) : undefined,
  );
  const bandwidths = reader.list("bandwidth", "numbers of 2^30 bytes a second above 0", (value) =>
    isNumber(value) && value > 0 ? value : undefined,
  );
  const latencies = reader.list("latency", "nanoseconds from 0 on", (value) =>
    isNumber(value) && value >= 0 ? value : undefined,
  );
  const lengths = [counts, bandwidths, latencies].map(({ length }) => length);
  if (lengths.some((length) => length !== names.length) || names.length === 0) {
    reader.complain("", `lists of ${[names.length, ...lengths].join(", ")}`, "four of one length");
  }
  reader.finish();
  const dimensions = names.flatMap((topology, i): AstraDimension[] => {
    const [npuCount, bandwidthGibPerS, latencyNs] = [counts[i], bandwidths[i], latencies[i]];
    if (npuCount === undefined || bandwidthGibPerS === undefined || latencyNs === undefined)
      return [];
    return [{ topology, npuCount, bandwidthGibPerS, latencyNs }];
  });
  return { dimensions };
}

export async function readAstraSystem(path: string): Promise<AstraSystem> {
  const reader = new Reader(await readDocument(path));
  const endpointDelayNs = reader.count("endpoint-delay", 10, 0);
  // Absent, the program divides by zero.
  const splitCount = reader.count("preferred-dataset-splits", undefined, 1);
  const activeChunkCount = reader.count("active-chunks-per-dimension", 1, 1);
  const policy = reader.word("scheduling-policy", ["LIFO", "FIFO"]);
  const optimization = reader.word("collective-optimization", ["baseline", "localBWAware"]);
  const memory = reader.value("local-mem-bw");
  const memoryBytesPerNs = isNumber(memory) && memory > 0 ? memory : undefined;
  if (memory !== undefined && memoryBytesPerNs === undefined) {
    reader.complain("/local-mem-bw", shown(memory), "10^9 bytes a second, above 0");
  }
  const words = (collective: AstraCollective): readonly string[] => {
    const key = `${collective}-implementation`;
    if (reader.value(key) === undefined) return [];
    return reader.list(key, "a list of words, one a dimension", (value) =>
      typeof value === "string" ? value : undefined,
    );
  };
  const [allReduce = [], reduceScatter = [], allGather = [], allToAll = []] =
    COLLECTIVES.map(words);
  reader.finish();
  const algorithms = {
    "all-reduce": allReduce,
    "reduce-scatter": reduceScatter,
    "all-gather": allGather,
    "all-to-all": allToAll,
  };
  return {
    ...{ endpointDelayNs, splitCount, activeChunkCount, memoryBytesPerNs, algorithms },
    isLifo: policy === "LIFO",
    isBandwidthAware: optimization === "localBWAware",
  };
}

function topologyOf(value: unknown): AstraTopology | undefined {
  return TOPOLOGIES.find((name) => name === value);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** The keys of one file, and what is wrong with them. */
class Reader {
  readonly #document: Document;
  readonly #data: Readonly<Record<string, unknown>>;
  readonly #issues: Issue[] = [];

  constructor(document: Document) {
    this.#document = document;
    this.#data = isGroup(document.data)
      ? document.data
      : refuse(document.place("", "value"), {
          code: "wrong-type",
          found: shown(document.data),
          expected: "keys such as topology, npus_count, bandwidth and latency",
          nextStep: "name an ASTRA-sim analytical network or system file",
        });
  }

  value(key: string): unknown {
    return this.#data[key];
  }

  /** One of some words; the first where nothing is said. */
  word(key: string, words: readonly string[]): string {
    const value = this.#data[key] ?? words[0];
    const found = words.find((word) => word === value);
    if (found === undefined) this.complain(`/${key}`, shown(value), words.join(" or "));
    return found ?? "";
  }

  count(key: string, otherwise: number | undefined, least: number): number {
    const value = this.#data[key] ?? otherwise;
    if (isNumber(value) && Number.isSafeInteger(value) && value >= least) return value;
    this.complain(`/${key}`, shown(value ?? null), `a whole number from ${least} on`);
    return least;
  }

  list<T>(key: string, expected: string, read: (value: unknown) => T | undefined): T[] {
    const values = this.#data[key];
    if (!Array.isArray(values)) {
      this.complain(`/${key}`, shown(values ?? null), expected);
      return [];
    }
    return values.flatMap((value: unknown, i) => {
      const item = read(value);
      if (item === undefined) this.complain(`/${key}/${i}`, shown(value), expected);
      return item === undefined ? [] : [item];
    });
  }

  complain(pointer: string, found: string, expected: string): void {
    const nextStep = "correct the file";
    const place = this.#document.place(pointer, "value");
    this.#issues.push(issueAt(place, { code: "wrong-type", found, expected, nextStep }));
  }

  finish(): void {
    if (this.#issues.length > 0) throw new InputError(this.#issues);
  }
}
