/**
 * htsim's connection matrix `.cm` (Broadcom/csg-htsim, datacenter/connection_matrix.cpp) as rows
 * of a traffic table. A start is in picoseconds. A trigger that one connection fires, or a
 * barrier that all fire, is a message that comes after; done means arrived. Priorities are read
 * and have no effect.
 */
import type { CsvRow } from "../csv-rows.ts";
import type { Complaint } from "../issue.ts";
import { refuse, shown } from "../issue.ts";

export const CM_COLUMNS = ["id", "source", "target", "sizeBytes", "startS", "after"] as const;

interface Connection {
  readonly line: number;
  readonly source: string;
  readonly target: string;
  readonly fields: ReadonlyMap<string, string>;
}

const CONNECTION = /^(\d{1,9})->(\d{1,9})((?:\s+[a-z_]+\s+\S+)*)\s*$/;
const KEYS = ["id", "start", "size", "trigger", "send_done_trigger", "recv_done_trigger", "prio"];

export function htsimRows(text: string, file: string): CsvRow[] {
  return new MatrixReader(file).rows(text);
}

class MatrixReader {
  readonly #file: string;
  readonly #heads = new Map<string, number>();
  readonly #connections: Connection[] = [];
  readonly #triggers = new Map<string, string>();

  constructor(file: string) {
    this.#file = file;
  }

  rows(text: string): CsvRow[] {
    text.split(/\r?\n/).forEach((line, i) => this.#read(line.trim(), i + 1));
    const counts = [
      ["Connections", this.#connections.length],
      ["Triggers", this.#triggers.size],
    ] as const;
    for (const [name, count] of counts) {
      const said = this.#heads.get(name) ?? (name === "Triggers" ? 0 : undefined);
      if (said !== count) this.#refuse(1, `${name} ${said ?? "nowhere"}, and ${count} of them`);
    }
    const nodes = this.#heads.get("Nodes") ?? this.#refuse(1, "no Nodes");
    return this.#connections.map((one, i) => this.#row(one, i, nodes));
  }

  #read(line: string, number: number): void {
    if (line === "" || line.startsWith("#")) return;
    const [, head, count] = /^(Nodes|Connections|Triggers|Failures)\s+(\d{1,9})$/.exec(line) ?? [];
    if (head !== undefined) {
      if (this.#heads.has(head)) this.#refuse(number, `${head} twice`);
      if (head === "Failures" && Number(count) > 0) this.#refuse(number, "failures of links");
      this.#heads.set(head, Number(count));
      return;
    }
    const [, id, kind] = /^trigger id (\d+) (oneshot|multishot|barrier)$/.exec(line) ?? [];
    if (id !== undefined && kind !== undefined) {
      if (this.#triggers.has(id)) this.#refuse(number, `trigger ${id} twice`);
      this.#triggers.set(id, kind);
      return;
    }
    const [, source, target, rest = ""] = CONNECTION.exec(line) ?? [];
    if (source === undefined || target === undefined) return this.#refuse(number, shown(line));
    const fields = new Map<string, string>();
    for (const [, key = "", value = ""] of rest.matchAll(/([a-z_]+)\s+(\S+)/g)) {
      if (!KEYS.includes(key) || fields.has(key)) this.#refuse(number, `the word ${shown(key)}`);
      fields.set(key, value);
    }
    this.#connections.push({ line: number, source, target, fields });
  }

  #row({ line, source, target, fields }: Connection, place: number, nodes: number): CsvRow {
    const number = (key: string): number | undefined => {
      const word = fields.get(key);
      if (word === undefined) return undefined;
      return /^\d{1,16}$/.test(word) ? Number(word) : this.#refuse(line, `${key} ${shown(word)}`);
    };
    const size = number("size") ?? 0;
    if (size === 0) this.#refuse(line, "a connection without a size, which would send forever");
    if (Number(source) >= nodes || Number(target) >= nodes) {
      this.#refuse(line, `${source}->${target} of ${nodes} nodes`);
    }
    const trigger = fields.get("trigger");
    const start = number("start");
    if ((start === undefined) === (trigger === undefined)) {
      this.#refuse(line, "neither start nor trigger, or both");
    }
    const after = trigger === undefined ? "" : this.#firing(trigger, line).join(";");
    const cells = [
      ...[this.#name(fields, place), source, target, String(size)],
      ...[String((start ?? 0) * 1e-12), after],
    ];
    return { line, cells };
  }

  #name(fields: ReadonlyMap<string, string>, place: number): string {
    return fields.get("id") ?? `connection ${place + 1}`;
  }

  /** Ids of the connections that a trigger waits for. */
  #firing(trigger: string, line: number): string[] {
    const kind = this.#triggers.get(trigger);
    const ids = this.#connections.flatMap(({ fields }, i) => {
      const own = [fields.get("send_done_trigger"), fields.get("recv_done_trigger")];
      return own.includes(trigger) ? [this.#name(fields, i)] : [];
    });
    if (kind === undefined || ids.length === 0) this.#refuse(line, `trigger ${trigger}, unfired`);
    if (kind !== "barrier" && ids.length > 1) {
      this.#refuse(line, `${kind} trigger ${trigger}, fired by the first of ${ids.length}`);
    }
    return ids;
  }

  #refuse(line: number, found: string): never {
    const complaint: Complaint = {
      code: "not-a-matrix",
      found,
      expected: "Nodes, Connections and lines such as 0->1 id 1 start 0 size 4096",
      nextStep: "correct the line, or leave it out and count anew",
    };
    return refuse({ file: this.#file, line, column: 1, pointer: "" }, complaint);
  }
}
