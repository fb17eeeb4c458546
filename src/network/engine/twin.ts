/**
 * The plain twin: every message of every repetition an event, no pruning, no reuse, no
 * ticks; at each instant all rates anew by naive progressive filling. It exists so that
 * the engine can be compared with something too simple to be wrong in the same way.
 */
import { at } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";
import type { Program, Sharing } from "../../records/schedule.ts";
import { pathOf } from "../routing/path.ts";

export interface MovingFlow {
  readonly links: Int32Array;
  /** Of a full link it gets in proportion to this. */
  readonly weight: number;
  bytesPerS: number;
}

interface Flow extends MovingFlow {
  readonly startS: number;
  remaining: number;
  arrivalS: number;
}

/** Seconds of a program under barrier semantics; for up to about 256 ranks. */
export function twinDurationS(program: Program, graph: Graph, share: Sharing = "equal"): number {
  let durationS = program.steps.length === 0 ? 0 : graph.collectiveStartS;
  for (const step of program.steps) {
    for (let k = 0; k < step.repeat; k++) {
      const flows = [...step.source].map((source, m) => {
        const path = pathOf(graph, source, at(step.target, m));
        const remaining = at(step.messageBytes, m);
        const weight = share === "rtt" ? 1 / path.latencyS : 1;
        const head = { links: path.links, weight, startS: path.latencyS };
        return { ...head, remaining, bytesPerS: 0, arrivalS: -1 };
      });
      durationS += lastArrivalS(flows, graph);
    }
  }
  return durationS;
}

/** When the last of the flows that start together arrives; fills `arrivalS` of each. */
export function lastArrivalS(flows: Flow[], graph: Graph): number {
  let nowS = 0;
  let waiting = flows.filter((flow) => flow.remaining > 0);
  for (const flow of flows) if (flow.remaining === 0) flow.arrivalS = flow.startS;
  let moving: Flow[] = [];
  while (waiting.length + moving.length > 0) {
    fillNaively(moving, graph);
    const dueS = (flow: Flow): number => nowS + flow.remaining / flow.bytesPerS;
    const nextS = Math.min(
      ...waiting.map((flow) => flow.startS),
      ...moving.map((flow) => dueS(flow)),
    );
    const isOver = (flow: Flow): boolean => dueS(flow) <= nextS * (1 + 1e-13);
    const done = moving.filter(isOver);
    moving = moving.filter((flow) => !isOver(flow));
    for (const flow of done) flow.arrivalS = nextS;
    for (const flow of moving) flow.remaining -= flow.bytesPerS * (nextS - nowS);
    nowS = nextS;
    moving.push(...waiting.filter((flow) => flow.startS <= nowS));
    waiting = waiting.filter((flow) => flow.startS > nowS);
  }
  return flows.reduce((last, flow) => Math.max(last, flow.arrivalS), 0);
}

export function fillNaively(moving: readonly MovingFlow[], graph: Graph): void {
  const room = Float64Array.from(graph.linkBytesPerS);
  let open = moving;
  while (open.length > 0) {
    // The weights of the open flows on each link.
    const count = new Float64Array(graph.linkCount);
    for (const flow of open) {
      for (const link of flow.links) count[link] = at(count, link) + flow.weight;
    }
    let level = Infinity;
    for (let link = 0; link < graph.linkCount; link++) {
      if (at(count, link) > 0) level = Math.min(level, at(room, link) / at(count, link));
    }
    const isFull = (link: number): boolean =>
      at(count, link) > 0 && at(room, link) / at(count, link) <= level * (1 + 1e-12);
    const full = graph.linkBytesPerS.map((_, link) => (isFull(link) ? 1 : 0));
    const frozen = open.filter((flow) => flow.links.some((link) => at(full, link) === 1));
    for (const flow of frozen) {
      flow.bytesPerS = level * flow.weight;
      for (const link of flow.links) room[link] = at(room, link) - flow.bytesPerS;
    }
    open = open.filter((flow) => !frozen.includes(flow));
  }
}
