/**
 * Several queue pairs a connection: every message in equal parts, each part hashed by itself,
 * so that one pair of ranks uses several of the equal ways at once.
 *
 * A step lists all first parts, then all second parts, and so on; the ways of part q are
 * those of seed + 101·q.
 */
import { assert } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import type { Graph } from "../../records/graph.ts";
import type { Program, Routing, Step } from "../../records/schedule.ts";
import { hashed } from "./hash.ts";

const SEEDS_APART = 101;

/** Only hashes tell parts of one message apart. */
export function queuePairGraph(graph: Graph, routing: Routing, count: number): Graph {
  const { routeBy, routeVia } = graph;
  const make = routing.kind === "valiant" ? routeVia : routeBy;
  if ((routing.kind !== "ecmp" && routing.kind !== "valiant") || make === undefined) {
    throw new Refusal({
      code: "unsupported-routing",
      pointer: "",
      found: `${count} queue pairs with ${routing.kind} routing`,
      expected: "ecmp:SEED or valiant:SEED, which hash each of them by itself",
      nextStep: "add --routing ecmp:1",
    });
  }
  const isSalted = routing.kind === "valiant" || routing.isSalted;
  const routes = Array.from({ length: count }, (_, q) =>
    make(hashed(routing.seed + SEEDS_APART * q, isSalted)),
  );
  return {
    ...graph,
    stepRoute(messageCount) {
      assert(messageCount % count === 0, "every message has all its parts");
      let message = 0;
      return (source, target, out, at) => {
        const part = Math.floor((message++ * count) / messageCount);
        return routes[part]!(source, target, out, at);
      };
    },
  };
}

/** Equal arrays stay one array, so that the engine knows them. */
const repeated = new WeakMap<Int32Array, Int32Array>();

export function splitProgram(program: Program, count: number): Program {
  const times = (ranks: Int32Array): Int32Array => {
    const known = repeated.get(ranks);
    if (known?.length === ranks.length * count) return known;
    const made = new Int32Array(ranks.length * count);
    for (let q = 0; q < count; q++) made.set(ranks, q * ranks.length);
    repeated.set(ranks, made);
    return made;
  };
  const split = (step: Step): Step => {
    const { allPairsBytes: _, ...one } = step;
    const { length } = step.source;
    return {
      ...one,
      source: times(step.source),
      target: times(step.target),
      messageBytes: Float64Array.from(
        { length: length * count },
        (_bytes, m) => step.messageBytes[m % length]! / count,
      ),
      part: (message, repetition) => {
        const whole = step.part(message % length, repetition);
        const q = Math.floor(message / length);
        const size = (whole.to - whole.from) / count;
        return { ...whole, from: whole.from + q * size, to: whole.from + (q + 1) * size };
      },
    };
  };
  return { ...program, steps: program.steps.map(split) };
}
