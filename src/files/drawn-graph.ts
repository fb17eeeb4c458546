/** A custom fabric's switches and cables: from the file itself, a CSV beside it, or a module. */
import { dirname, isAbsolute, join } from "node:path";
import { suggest } from "../base/suggest.ts";
import type { LinkSpec } from "../records/cluster.ts";
import type { Sourced } from "../records/sourced.ts";
import { csvRows } from "./csv-rows.ts";
import type { CableFile, CustomFile, DrawnGraph } from "./direct-file.ts";
import type { Document } from "./document.ts";
import { pointerTo } from "./document.ts";
import type { Place } from "./issue.ts";
import { didYouMean, plainText, refuse, shown } from "./issue.ts";
import type { QuantityKind } from "./kinds.ts";
import { callModule } from "./module.ts";
import { readText } from "./read.ts";
import { isGroup } from "./walk.ts";

/** A cable with the place that complaints about it name. */
interface Placed {
  readonly cable: CableFile;
  readonly place: Place;
}

export async function drawnGraph(
  fabric: CustomFile,
  document: Document,
  path: string,
): Promise<DrawnGraph> {
  const graph = new Draft();
  for (const [i, { name, hosts = 0 }] of (fabric.switches ?? []).entries()) {
    graph.addSwitch(name, hosts, document.place(`/fabric/switches/${i}/name`, "value"));
  }
  const listed = (fabric.cables ?? []).map((cable, i) => ({
    cable,
    place: document.place(pointerTo("/fabric/cables", i), "value"),
  }));
  const beside = (name: string): string => (isAbsolute(name) ? name : join(dirname(path), name));
  const { table, module } = fabric;
  if (module !== undefined) {
    const place = document.place("/fabric/module", "value");
    const args = [fabric.parameters ?? {}];
    const made = await callModule(beside(module), "topology", args, place);
    listed.push(...(await cablesOfModule(made, graph, place)));
  }
  if (table !== undefined) listed.push(...(await cablesOfTable(beside(table), graph)));
  // In a table or a module a cable's ends are switches without further words.
  const isOpen = table !== undefined || module !== undefined;
  for (const one of listed) graph.addCable(one, isOpen);
  return graph;
}

class Draft implements DrawnGraph {
  readonly switches: string[] = [];
  readonly hostCounts: number[] = [];
  readonly cables: DrawnGraph["cables"][number][] = [];
  readonly #numbers = new Map<string, number>();

  addSwitch(name: string, hosts: number, place: Place): void {
    const known = this.#numbers.get(name);
    if (known !== undefined && this.hostCounts[known] !== 0 && hosts !== 0) {
      refuse(place, {
        code: "repeated-value",
        found: `the switch ${shown(name)} twice`,
        expected: "every switch once",
        nextStep: "rename or remove one of them",
      });
    }
    if (known !== undefined) {
      this.hostCounts[known] = Math.max(hosts, this.hostCounts[known] ?? 0);
      return;
    }
    this.#numbers.set(name, this.switches.length);
    this.switches.push(name);
    this.hostCounts.push(hosts);
  }

  addCable({ cable, place }: Placed, isOpen: boolean): void {
    const { from, to, count = 1, rate, latency } = cable;
    if (isOpen) for (const name of [from, to]) this.addSwitch(name, 0, place);
    const [a, b] = [this.#numberOf(from, place), this.#numberOf(to, place)];
    if (a === b) {
      refuse(place, {
        code: "out-of-range",
        found: `a cable from ${shown(from)} to itself`,
        expected: "two switches",
        nextStep: "correct one of its ends",
      });
    }
    const link: Partial<LinkSpec> = {
      ...(rate === undefined ? {} : { rateBytesPerS: rate }),
      ...(latency === undefined ? {} : { latencyS: latency }),
    };
    this.cables.push({ aId: a, bId: b, count, link });
  }

  #numberOf(name: string, place: Place): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    return refuse(place, {
      code: "unknown-link",
      found: `a cable at ${shown(name)}, which is no switch`,
      expected: "the name of a switch of this file",
      nextStep: didYouMean(suggest(name, this.switches), "list it under switches"),
    });
  }
}

const HEAD = ["from", "to", "count", "rate", "latency"];

async function cablesOfTable(path: string, graph: Draft): Promise<Placed[]> {
  const [head, ...rows] = csvRows(path, await readText(path));
  const names = head?.cells ?? [];
  const placeOf = (line: number): Place => ({ file: path, line, column: 1, pointer: "" });
  if (names.length < 2 || names.some((name, i) => name !== HEAD[i])) {
    return refuse(placeOf(1), {
      code: "not-csv",
      found: shown(names.join(",")),
      expected: `the head ${HEAD.join(",")}, or its first columns`,
      nextStep: "write it as the first line",
    });
  }
  const placed: Placed[] = [];
  for (const { cells, line } of rows) {
    const [from = "", to = "", count = "", rate = "", latency = ""] = cells;
    const place = placeOf(line);
    const number = count === "" ? 1 : countOf(count, place);
    if (from === "hosts") graph.addSwitch(to, number, place);
    else {
      const figures = {
        ...(rate === "" ? {} : { rate: await figureOf(rate, "linkSpeed", place) }),
        ...(latency === "" ? {} : { latency: await figureOf(latency, "duration", place) }),
      };
      placed.push({ cable: { from, to, count: number, ...figures }, place });
    }
  }
  return placed;
}

/** { switches: [{ name, hosts }], cables: [{ from, to, count, rate, latency }] }. */
async function cablesOfModule(made: unknown, graph: Draft, place: Place): Promise<Placed[]> {
  const list = (key: string): unknown[] => {
    const found = isGroup(made) ? made[key] : undefined;
    if (Array.isArray(found)) return found as unknown[];
    return refuse(place, {
      code: "bad-module",
      found: `${shown(found)} as ${key}`,
      expected: "lists: switches with name and hosts, cables with from and to",
      nextStep: "return { switches: […], cables: […] }",
    });
  };
  for (const one of list("switches")) {
    const { name, hosts = 0 } = isGroup(one) ? one : {};
    graph.addSwitch(plainText(name), countOf(plainText(hosts), place, 0), place);
  }
  const placed: Placed[] = [];
  for (const one of list("cables")) {
    const { from, to, count = 1, rate, latency } = isGroup(one) ? one : {};
    const figures = {
      ...(rate === undefined ? {} : { rate: await figureOf(plainText(rate), "linkSpeed", place) }),
      ...(latency === undefined
        ? {}
        : { latency: await figureOf(plainText(latency), "duration", place) }),
    };
    const ends = { from: plainText(from), to: plainText(to) };
    placed.push({ cable: { ...ends, count: countOf(plainText(count), place), ...figures }, place });
  }
  return placed;
}

function countOf(text: string, place: Place, least = 1): number {
  const count = /^[0-9]{1,7}$/.test(text) ? Number(text) : -1;
  if (count >= least) return count;
  return refuse(place, {
    code: "out-of-range",
    found: `${shown(text)} as a count`,
    expected: `a whole number from ${least} on`,
    nextStep: "correct it",
  });
}

async function figureOf(text: string, kind: QuantityKind, place: Place): Promise<Sourced> {
  const { readKnown } = await import("./known-units.ts");
  const known = readKnown(text, kind);
  if ("value" in known) return sourcedBy(known.value, place);
  const { hint, readQuantity } = await import("./quantity.ts");
  const { KINDS } = await import("./kinds.ts");
  const reading = readQuantity(text, kind);
  if (!("value" in reading)) {
    return refuse(place, {
      code: reading.code,
      found: shown(text),
      expected: `${KINDS[kind].words}, such as ${KINDS[kind].example}`,
      nextStep: hint(text, kind) ?? "write number and unit",
    });
  }
  return sourcedBy(reading.value, place);
}

function sourcedBy(value: number, place: Place): Sourced {
  return { value, source: place.file, date: "", provenance: "yours" };
}
