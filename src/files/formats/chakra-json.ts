/**
 * The JSON dialect of Chakra's feeder (mlcommons/chakra, src/feeder/json_node.cpp):
 * {"workload_graph": [{"Id", "Name", "NodeType", "runtime", "data_deps": [], …}]}. Runtimes are
 * microseconds, as in the binary format.
 */
import { gunzipSync } from "node:zlib";
import { NODE, ON_HOST, TRACE_COLLECTIVES } from "../../records/execution-trace.ts";
import type { Complaint, Place } from "../issue.ts";
import { refuse, shown, wholeFile } from "../issue.ts";
import { readBytes } from "../read.ts";
import { isGroup } from "../walk.ts";
import type { ChakraRank } from "./chakra-decoder.ts";
import { TraceColumns } from "./trace-columns.ts";

const SIZE_MAX_BYTES = 2 ** 29 - 2 ** 16;
const KINDS: readonly number[] = [
  ...[NODE.other, NODE.other, NODE.memory, NODE.memory, NODE.compute],
  ...[NODE.send, NODE.receive, NODE.collective],
];

export async function chakraJsonRank(path: string, rank: number): Promise<ChakraRank> {
  const packed = await readBytes(path, "a Chakra trace in JSON", SIZE_MAX_BYTES);
  return chakraJsonFrom(unpacked(packed, path), path, rank);
}

export function chakraJsonFrom(text: string, file: string, rank: number): ChakraRank {
  const data = parsed(text, file);
  const list = isGroup(data) ? data["workload_graph"] : undefined;
  if (!Array.isArray(list)) return refuse(wholeFile(file), foreign(shown(data)));
  const columns = new TraceColumns();
  let unknownTypeCount = 0;
  (list as unknown[]).forEach((item, i) => {
    const place = { file, line: 0, column: 0, pointer: `/workload_graph/${i}` };
    if (!isGroup(item)) return refuse(place, foreign(shown(item)));
    if (addNode(columns, item, { place, rank })) unknownTypeCount++;
  });
  const nodes = columns.finish(wholeFile(file));
  return { version: "JSON", nodes, groups: new Map(), unknownTypeCount };
}

interface Where {
  readonly place: Place;
  readonly rank: number;
}

/** True where its type is unknown. */
function addNode(
  columns: TraceColumns,
  item: Readonly<Record<string, unknown>>,
  { place, rank }: Where,
): boolean {
  const whole = (key: string): number => {
    const value = item[key];
    if (value === undefined || value === null) return Number.NaN;
    const isWhole = typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
    return isWhole ? value : refuse(place, foreign(`${key} ${shown(value)}`));
  };
  const id = whole("Id");
  const type = whole("NodeType");
  if (Number.isNaN(id) || Number.isNaN(type)) refuse(place, foreign("a node without its type"));
  const deps = item["data_deps"] ?? [];
  if (!Array.isArray(deps)) return refuse(place, foreign(`data_deps ${shown(deps)}`));
  for (const dep of deps as unknown[]) {
    if (!Number.isSafeInteger(dep)) refuse(place, foreign(`a dependency ${shown(dep)}`));
    columns.wait(Number(dep));
  }
  const kind = KINDS[type] ?? NODE.other;
  const node = { id, kind, durationS: whole("runtime") / 1e6, flop: whole("num_ops") };
  const partner = isOn(item["is_cpu_op"]) ? ON_HOST : 0;
  if (kind < NODE.send) {
    columns.add({ ...node, bytes: whole("tensor_size"), partner, mark: 0 });
    return type >= KINDS.length;
  }
  const own = whole(kind === NODE.send ? "comm_src" : "comm_dst");
  const comm = {
    ...node,
    bytes: whole("comm_size"),
    partner: kind === NODE.collective ? whole("comm_type") : whole(peerKey(kind)),
    mark: kind === NODE.collective ? columns.group("0") : whole("comm_tag") || 0,
  };
  if (kind === NODE.collective && TRACE_COLLECTIVES[comm.partner] === undefined) {
    refuse(place, foreign(`comm_type ${comm.partner}`));
  }
  const isOther = kind !== NODE.collective && !Number.isNaN(own) && own !== rank;
  if (Number.isNaN(comm.bytes) || Number.isNaN(comm.partner) || isOther || comm.mark >= 2 ** 31) {
    refuse(place, foreign("communication without its size, its ranks or its tag"));
  }
  columns.add(comm);
  return false;
}

const peerKey = (kind: number): string => (kind === NODE.send ? "comm_dst" : "comm_src");

const isOn = (value: unknown): boolean => value === true || value === 1;

function unpacked(bytes: Uint8Array, path: string): string {
  try {
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const text = isPacked ? gunzipSync(bytes, { maxOutputLength: SIZE_MAX_BYTES }) : bytes;
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return refuse(wholeFile(path), { ...foreign("damaged bytes"), code: "damaged-file" });
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const words = error instanceof Error ? error.message : "";
    return refuse(wholeFile(file), foreign(`text that is no JSON (${words})`));
  }
}

function foreign(found: string): Complaint {
  const expected = '{"workload_graph": [{"Id": 0, "NodeType": 4, …}]}, numbers whole';
  return { code: "not-chakra", found, expected, nextStep: "export it again" };
}
