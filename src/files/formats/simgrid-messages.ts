/**
 * Messages between hosts of a SimGrid platform: a CSV table with the columns of traffic, or words
 * of the command line, SOURCE:TARGET:BYTES or SOURCE:TARGET:BYTES@SECONDS, joined by commas.
 */
import type { Issue } from "../../base/errors.ts";
import { InputError } from "../../base/errors.ts";
import { suggest } from "../../base/suggest.ts";
import type { SimgridMessage } from "../../records/simgrid.ts";
import type { CsvRow } from "../csv-rows.ts";
import { csvRows } from "../csv-rows.ts";
import { didYouMean, issueAt, refuse, shown, wholeFile } from "../issue.ts";
import { readText } from "../read.ts";
import { parseMessageSize } from "../spelling.ts";

/** What one message says, in words. */
interface Said {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly size: string;
  readonly start: string;
  readonly after: string;
  readonly line: number;
}

export function isMessageWords(target: string): boolean {
  return /^[^:,]+:[^:,]+:[^:,]+(,[^:,]+:[^:,]+:[^:,]+)*$/.test(target);
}

export function parseMessageWords(words: string, hosts: readonly string[]): SimgridMessage[] {
  const said = words.split(",").map((word, i): Said => {
    const [source = "", target = "", rest = ""] = word.split(":");
    const [size = "", start = "0"] = rest.split("@");
    return { id: `m${i}`, source, target, size, start, after: "", line: 0 };
  });
  return messagesOf("the messages", said, hosts);
}

export async function readMessages(path: string, hosts: readonly string[]) {
  const [head, ...rows] = csvRows(path, await readText(path));
  const columns = head?.cells ?? [];
  const missing = ["id", "source", "target", "sizeBytes"].filter((name) => !columns.includes(name));
  if (missing.length > 0 || rows.length === 0) {
    refuse(wholeFile(path), {
      code: missing.length > 0 ? "unknown-table" : "empty-table",
      found: missing.length > 0 ? `no column ${missing.join(", ")}` : "no message",
      expected: "rows under id,source,target,sizeBytes,startS,after",
      nextStep: "name the columns so, with names of hosts (startS and after may be left out)",
    });
  }
  const said = rows.map((row): Said => {
    const cell = (name: string) => cellOf(row, columns.indexOf(name));
    const [id, source, target, size] = [
      cell("id"),
      cell("source"),
      cell("target"),
      cell("sizeBytes"),
    ];
    const start = cell("startS");
    return {
      ...{ id, source, target, size, after: cell("after"), line: row.line },
      start: start === "" ? "0" : start,
    };
  });
  return messagesOf(path, said, hosts);
}

function cellOf({ cells }: CsvRow, column: number): string {
  return column === -1 ? "" : (cells[column] ?? "").trim();
}

function messagesOf(
  file: string,
  said: readonly Said[],
  hosts: readonly string[],
): SimgridMessage[] {
  const issues: Issue[] = [];
  const complain = (line: number, found: string, expected: string, nextStep = "correct it") => {
    const place = { file, line, column: line === 0 ? 0 : 1, pointer: "" };
    issues.push(issueAt(place, { code: "wrong-type", found, expected, nextStep }));
  };
  const placeOfHost = new Map(hosts.map((host, i) => [host, i]));
  const placeOfId = new Map(said.map(({ id }, i) => [id, i]));
  if (placeOfId.size < said.length) complain(0, "an id twice", "every id once");
  const hostOf = (name: string, line: number): number => {
    const place = placeOfHost.get(name);
    const next = didYouMean(suggest(name, hosts), "name a host of the platform");
    if (place === undefined) complain(line, `no host ${shown(name)}`, "a host by its name", next);
    return place ?? 0;
  };
  const messages = said.map(({ id, line, ...words }): SimgridMessage => {
    const sizeBytes = sizeOf(words.size);
    if (sizeBytes === undefined) complain(line, `size ${shown(words.size)}`, "bytes, as 1e6 or 1M");
    const startS = Number(words.start);
    if (!(startS >= 0)) complain(line, `start ${shown(words.start)}`, "seconds from 0 on");
    const after = words.after.split(";").filter((word) => word !== "");
    const unknown = after.filter((word) => !placeOfId.has(word));
    if (unknown.length > 0) complain(line, `after ${shown(unknown[0])}`, "ids of other messages");
    return {
      ...{ id, sourceIndex: hostOf(words.source, line), targetIndex: hostOf(words.target, line) },
      ...{
        sizeBytes: sizeBytes ?? 0,
        startS,
        afterIndices: after.map((word) => placeOfId.get(word) ?? 0),
      },
    };
  });
  if (issues.length === 0)
    refuseCircle(messages, (m) => complain(said[m]?.line ?? 0, CIRCLE, NONE));
  if (issues.length > 0) throw new InputError(issues.slice(0, 50));
  return messages;
}

const CIRCLE = "messages that wait for each other";
const NONE = "an order without circles";

function sizeOf(text: string): number | undefined {
  const plain = Number(text);
  const bytes = text !== "" && Number.isFinite(plain) ? plain : parseMessageSize(text);
  return bytes !== undefined && bytes >= 0 ? bytes : undefined;
}

/** Takes away what waits for nothing, until nothing is left but circles. */
function refuseCircle(messages: readonly SimgridMessage[], complain: (m: number) => void): void {
  const waits = messages.map(({ afterIndices }) => afterIndices.length);
  const dependents = messages.map((): number[] => []);
  for (const [m, { afterIndices }] of messages.entries()) {
    for (const before of afterIndices) dependents[before]?.push(m);
  }
  const free = [...waits.keys()].filter((m) => waits[m] === 0);
  for (let i = 0; i < free.length; i++) {
    for (const m of dependents[free[i] ?? 0] ?? []) {
      const left = (waits[m] ?? 0) - 1;
      waits[m] = left;
      if (left === 0) free.push(m);
    }
  }
  const stuck = waits.findIndex((left) => left > 0);
  if (stuck !== -1) complain(stuck);
}
