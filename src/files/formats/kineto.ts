/**
 * Profiles of PyTorch (Kineto; Chrome's trace format), streamed. Only what ran on the accelerator
 * is read: kernels, copies, and the collectives with what PyTorch notes of them
 * (pytorch/pytorch, torch/csrc/profiler/util.cpp, saveNcclMeta). A collective without its size or
 * group is refused with the flag of the profiler that records it.
 */
import type { ProfiledCall, ProfiledKernel, ProfiledRank } from "../../records/profile.ts";
import { TRACE_COLLECTIVES } from "../../records/execution-trace.ts";
import { refuse, shown, wholeFile } from "../issue.ts";
import { piecesOf } from "../pieces.ts";
import { isGroup } from "../walk.ts";
import { JsonEvents } from "./json-events.ts";

type Data = Readonly<Record<string, unknown>>;

/** PyTorch's names in letters alone; what it calls "base" and "coalesced" is the same here. */
const CALLS: Readonly<Record<string, string>> = {
  allreduce: "all-reduce",
  allreducebarrier: "barrier",
  barrier: "barrier",
  allgather: "all-gather",
  allgatherbase: "all-gather",
  allgatherintotensor: "all-gather",
  reducescatter: "reduce-scatter",
  reducescatterbase: "reduce-scatter",
  reducescattertensor: "reduce-scatter",
  alltoall: "all-to-all",
  alltoallv: "all-to-all",
  alltoallbase: "all-to-all",
  broadcast: "broadcast",
  reduce: "reduce",
  gather: "gather",
  scatter: "scatter",
  send: "send",
  recv: "receive",
};

/** Bytes of an element, by the name of its type. */
const ELEMENT_BYTES: readonly (readonly [RegExp, number])[] = [
  [/float8|^(byte|char|bool|int8|uint8)$/i, 1],
  [/^(half|float16|bfloat16|short|int16|uint16)$/i, 2],
  [/^(float|float32|int|int32|uint32)$/i, 4],
  [/^(double|float64|long|int64|uint64|complexfloat)$/i, 8],
];

export async function readKineto(path: string): Promise<ProfiledRank> {
  const reader = new KinetoReader(path);
  for await (const piece of piecesOf(path, "a profile of PyTorch")) reader.push(piece);
  return reader.finish();
}

export class KinetoReader {
  readonly #file: string;
  readonly #events: JsonEvents;
  readonly #kernels: ProfiledKernel[] = [];
  #baseMicros: number | undefined;

  constructor(file: string) {
    this.#file = file;
    this.#events = new JsonEvents(file, (bytes, begin, end) => this.#event(bytes, begin, end));
  }

  push(piece: Uint8Array): void {
    this.#events.push(piece);
  }

  finish(): ProfiledRank {
    const around = this.#events.finish();
    const info = isGroup(around) ? around["distributedInfo"] : undefined;
    const about: Data = isGroup(info) ? info : {};
    if (this.#kernels.length === 0) this.#refuseEmpty();
    const groups = groupsOf(about);
    return {
      file: this.#file,
      rank: countOf(about["rank"]),
      worldRankCount: countOf(about["world_size"]),
      eventCount: this.#events.eventCount,
      kernels: this.#kernels
        .map((kernel) => withRanks(kernel, groups))
        .sort((a, b) => a.startS - b.startS),
    };
  }

  #event(bytes: Uint8Array, begin: number, end: number): void {
    if (!isOnAccelerator(bytes, begin, end)) return;
    const event = this.#parsed(bytes, begin, end);
    const { cat, ph, ts, dur, name } = event;
    if (ph !== "X" || (cat !== "kernel" && cat !== "gpu_memcpy" && cat !== "gpu_memset")) return;
    const [start, length] = [Number(ts), Number(dur)];
    if (!Number.isFinite(start) || !(length >= 0) || !Number.isFinite(length)) {
      this.#refuse(
        `a kernel with ts ${shown(ts ?? null)} and dur ${shown(dur ?? null)}`,
        "numbers",
      );
    }
    // Microseconds since 1970 would leave no digits for nanoseconds once they are seconds.
    this.#baseMicros ??= start;
    const times = { startS: (start - this.#baseMicros) / 1e6, durationS: length / 1e6 };
    const word = typeof name === "string" ? name : "";
    const args: Data = isGroup(event["args"]) ? event["args"] : {};
    const isCall =
      /^nccl(Dev)?Kernel|^rcclKernel|^ncclDev/i.test(word) || "Collective name" in args;
    if (cat !== "kernel") this.#kernels.push({ kind: "copy", ...times });
    else if (!isCall) this.#kernels.push({ kind: "compute", ...times });
    else this.#kernels.push({ kind: "collective", ...times, call: this.#call(args, word) });
  }

  #parsed(bytes: Uint8Array, begin: number, end: number): Data {
    try {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + begin, end - begin);
      return JSON.parse(text.toString("utf8")) as Data;
    } catch (error) {
      const words = error instanceof Error ? error.message : "";
      return this.#refuse(`an event that is no JSON (${words})`, "events in JSON");
    }
  }

  #call(args: Data, kernel: string): ProfiledCall {
    const field = (key: string): unknown => {
      const value = args[key];
      return value === undefined || value === null ? this.#refuseBare(key, kernel) : value;
    };
    const spelled = String(field("Collective name"));
    const name = CALLS[spelled.toLowerCase().replace(/[^a-z]|coalesced/g, "")];
    if (name === undefined) {
      return this.#refuse(`the collective ${shown(spelled)}`, TRACE_COLLECTIVES.join(", "));
    }
    const dtype = plain(field("dtype"));
    const elementBytes = ELEMENT_BYTES.find(([pattern]) => pattern.test(dtype))?.[1];
    if (elementBytes === undefined) this.#refuse(`the type ${shown(dtype)}`, "a type of PyTorch");
    const count = (key: string): number =>
      countOf(field(key)) ?? this.#refuse(`${key} ${shown(args[key])}`, "a whole number");
    const groupRankCount = count("Group size");
    const peer = name === "send" ? args["Dst Rank"] : args["Src Rank"];
    const peerRank = name === "send" || name === "receive" ? countOf(peer) : undefined;
    const ranks = this.#ranks(args["Process Group Ranks"], groupRankCount);
    return {
      ...{ name, dtype, groupRankCount },
      group: plain(args["Process Group Name"] ?? ""),
      ...(ranks === undefined ? {} : { ranks }),
      inputBytes: count("In msg nelems") * (elementBytes ?? 1),
      outputBytes: count("Out msg nelems") * (elementBytes ?? 1),
      ...(peerRank === undefined ? {} : { peerRank }),
    };
  }

  /** "[0, 1]"; beyond thirty ranks PyTorch cuts the list short. */
  #ranks(value: unknown, count: number): number[] | undefined {
    const text = plain(value ?? "");
    if (text === "" || text.includes("...")) return undefined;
    const ranks = text.match(/\d+/g)?.map(Number) ?? [];
    if (ranks.length === count) return ranks;
    const found = `${ranks.length} ranks in a group of ${count}`;
    return this.#refuse(found, "as many ranks as the group has");
  }

  #refuseBare(key: string, kernel: string): never {
    return refuse(wholeFile(this.#file), {
      code: "missing-field",
      found: `${shown(kernel)} without "${key}"`,
      expected: "collectives with name, type, sizes and group",
      nextStep:
        "record with activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA] and " +
        "record_shapes=True, in PyTorch 2.3 or later",
    });
  }

  #refuseEmpty(): never {
    return refuse(wholeFile(this.#file), {
      code: "missing-field",
      found: `${this.#events.eventCount} events, and none with "cat": "kernel"`,
      expected: "kernels of an accelerator",
      nextStep: "record with ProfilerActivity.CUDA among the activities",
    });
  }

  #refuse(found: string, expected: string): never {
    const place = { file: this.#file, line: 0, column: 0, pointer: "" };
    const pointer = `/traceEvents/${this.#events.eventCount}`;
    const nextStep = "record or copy it again";
    return refuse({ ...place, pointer }, { code: "not-kineto", found, expected, nextStep });
  }
}

const CAT = Buffer.from('"cat"');

/** By the first letter of its category: kernel, gpu_memcpy, gpu_memset. */
function isOnAccelerator(bytes: Uint8Array, begin: number, end: number): boolean {
  const slice = Buffer.from(bytes.buffer, bytes.byteOffset + begin, end - begin);
  let at = slice.indexOf(CAT);
  if (at === -1) return false;
  for (at += CAT.length; at < slice.length; at++) {
    const byte = slice[at];
    if (byte === 107 || byte === 103) return true;
    if (byte !== 58 && byte !== 32 && byte !== 34) return false;
  }
  return false;
}

/** pg_config lists the ranks of each group in full. */
function groupsOf(about: Data): Map<string, readonly number[]> {
  const list: unknown = about["pg_config"];
  const groups = new Map<string, readonly number[]>();
  for (const item of Array.isArray(list) ? (list as unknown[]) : []) {
    const ranks = isGroup(item) ? item["ranks"] : undefined;
    if (!isGroup(item) || !Array.isArray(ranks)) continue;
    const own = (ranks as unknown[]).map(countOf).filter((rank) => rank !== undefined);
    groups.set(plain(item["pg_name"] ?? ""), own);
  }
  return groups;
}

function withRanks(kernel: ProfiledKernel, groups: ReadonlyMap<string, readonly number[]>) {
  const { call } = kernel;
  if (call === undefined || call.ranks !== undefined) return kernel;
  const ranks = groups.get(call.group);
  if (ranks?.length !== call.groupRankCount) return kernel;
  return { ...kernel, call: { ...call, ranks } };
}

function countOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && Number(number) >= 0 ? Number(number) : undefined;
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
