/** Links that work, but slower: a cable with errors, a lane down, a box that throttles. */
import { Refusal } from "../base/errors.ts";
import type { Graph } from "../records/graph.ts";
import type { Slowed } from "../records/schedule.ts";
import { linksNamed } from "./routing/failures.ts";

/** Both directions of each named cable, or all cables of a box, at a share of their rate. */
export function slowedGraph(graph: Graph, slowed: readonly Slowed[]): Graph {
  if (slowed.length === 0) return graph;
  const linkBytesPerS = graph.linkBytesPerS.slice();
  for (const { name, rateShare } of slowed) {
    if (!(rateShare > 0 && rateShare <= 1)) throw outOfRange(name, rateShare);
    linksNamed(graph, [name]).forEach((isNamed, link) => {
      if (isNamed === 1) linkBytesPerS[link] = graph.linkBytesPerS[link]! * rateShare;
    });
  }
  return { ...graph, linkBytesPerS };
}

function outOfRange(name: string, share: number): Refusal {
  return new Refusal({
    code: "out-of-range",
    pointer: "",
    found: `${name} at ${share} of its rate`,
    expected: "a share above 0 and at most 1",
    nextStep: "let what carries nothing fail: --fail",
  });
}
