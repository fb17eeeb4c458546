/**
 * nccl-tests' output, as text and as JSON (`-J`): the header's devices, and a row a size.
 * Source: NVIDIA/nccl-tests, src/util.cu (`writeDeviceReport`, `writeBenchmarkLineBody`).
 *
 * Older logs do not name the collective. Then the ratio of the two bandwidths does, where it
 * can: 2(n−1)/n is an all-reduce, (n−1)/n with a sum a reduce-scatter.
 */
import { COLLECTIVES_BY_TEST } from "./nccl-names.ts";
import type { MeasuredLog, MeasuredRow } from "../../records/measured-log.ts";
import { refuse, wholeFile } from "../issue.ts";

interface Line extends MeasuredRow {
  readonly reduction: string;
  readonly busShare: number;
}

export function parseNcclText(file: string, text: string): MeasuredLog {
  const lines = text.split(/\r?\n/);
  const rows = lines.flatMap(rowOf);
  if (rows.length === 0) refuseFormat(file, lines[0] ?? "");
  const devices = lines.flatMap((line) => {
    const found = /Rank +([0-9]+) .*? on +(\S+) +device +[0-9]+ \[[^\]]*\] *(.*)$/.exec(line);
    return found === null ? [] : [{ rank: Number(found[1]), host: found[2], name: found[3] }];
  });
  const test = /([a-z_]+)_perf\b/.exec(text)?.[1];
  const library =
    /nccl-library=([0-9]+)/.exec(text)?.[1] ?? /NCCL version ([0-9.]+)/.exec(text)?.[1];
  return logOf(file, { rows, devices, test, library });
}

export function parseNcclJson(file: string, data: unknown): MeasuredLog {
  const top = group(data);
  const results = Array.isArray(top["results"]) ? (top["results"] as unknown[]) : [];
  const rows = results.flatMap((one): Line[] => {
    const row = group(one);
    const body = group(row["out_of_place"] ?? row["in_place"]);
    const timeUs = Number(body["time"] ?? body["cpu_time"]);
    const sizeBytes = Number(row["size"]);
    if (!(timeUs > 0) || !(sizeBytes > 0)) return [];
    const busShare = Number(body["bus_bw"]) / Number(body["alg_bw"]);
    return [{ sizeBytes, timeS: timeUs / 1e6, reduction: text(row["redop"]), busShare }];
  });
  if (rows.length === 0) refuseFormat(file, text(data).slice(0, 60));
  const config = group(top["config"]);
  const list = Array.isArray(config["devices"]) ? config["devices"] : top["devices"];
  const devices = (Array.isArray(list) ? (list as unknown[]) : []).map((one) => {
    const device = group(one);
    const host = text(device["hostname"]);
    return { rank: Number(device["rank"]), host, name: text(device["device_info"]) };
  });
  const words = Array.isArray(top["args"]) ? (top["args"] as unknown[]).map(text).join(" ") : "";
  const test = /([a-z_]+)_perf\b/.exec(words)?.[1];
  const library = top["nccl_version"] === undefined ? undefined : text(top["nccl_version"]);
  return logOf(file, { rows, devices, test, library });
}

/** size count type redop root time algbw busbw …; older versions print no root. */
function rowOf(line: string): Line[] {
  const cells = line.trim().split(/\s+/);
  if (!/^[0-9]+$/.test(cells[0] ?? "") || !/^[0-9]+$/.test(cells[1] ?? "")) return [];
  const numbers = cells.slice(2).flatMap((cell, i) => (/^[a-z]/i.test(cell) ? [] : [i + 2]));
  const first = numbers[0] ?? 0;
  // The root is a whole number before the time, which has a point.
  const isRoot = /^-?[0-9]+$/.test(cells[first] ?? "") && first + 3 < cells.length;
  const start = isRoot ? first + 1 : first;
  const [timeUs, algbw, busbw] = cells.slice(start, start + 3).map(Number);
  const sizeBytes = Number(cells[0]);
  if (timeUs === undefined || algbw === undefined || busbw === undefined) return [];
  if (!(timeUs > 0) || !(sizeBytes > 0) || Number.isNaN(algbw)) return [];
  const reduction = cells[3] ?? "";
  return [{ sizeBytes, timeS: timeUs / 1e6, reduction, busShare: busbw / algbw }];
}

function logOf(
  file: string,
  found: {
    readonly rows: readonly Line[];
    readonly devices: readonly {
      rank: number;
      host?: string | undefined;
      name?: string | undefined;
    }[];
    readonly test: string | undefined;
    readonly library: string | undefined;
  },
): MeasuredLog {
  const { rows, devices, test, library } = found;
  const rankCount = devices.length === 0 ? undefined : devices.length;
  const collective = COLLECTIVES_BY_TEST[test ?? ""] ?? guessed(rows, rankCount);
  const nodeCount = new Set(devices.map(({ host }) => host)).size;
  const device = devices.find(({ name }) => (name ?? "") !== "")?.name?.trim();
  return {
    file,
    ...(collective === undefined ? {} : { collective }),
    ...(rankCount === undefined ? {} : { rankCount, nodeCount }),
    ...(device === undefined ? {} : { device }),
    ...(library === undefined ? {} : { library }),
    rows: rows.map(({ sizeBytes, timeS }) => ({ sizeBytes, timeS })),
  };
}

function guessed(rows: readonly Line[], n: number | undefined): MeasuredLog["collective"] {
  const last = rows.at(-1);
  if (last === undefined || n === undefined || n < 3 || !(last.busShare > 0)) return undefined;
  const isNear = (share: number): boolean => Math.abs(last.busShare / share - 1) < 0.02;
  if (isNear((2 * (n - 1)) / n)) return "all-reduce";
  const isSum = !/none|float|int/i.test(last.reduction);
  return isSum && isNear((n - 1) / n) ? "reduce-scatter" : undefined;
}

function refuseFormat(file: string, found: string): never {
  return refuse(wholeFile(file), {
    code: "unknown-log",
    found: `no line of nccl-tests (${JSON.stringify(found.slice(0, 60))})`,
    expected: "the output of all_reduce_perf and its sisters, as text or as JSON",
    nextStep: "run nccl-tests with its output in a file, or with -J file.json",
  });
}

function group(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
