/** Names of links for people: "leaf-3 → spine-5", and a mark where two vertices share several. */
import { at } from "../../base/assert.ts";
import type { LinkId, VertexId } from "../../base/ids.ts";
import { vertexId } from "../../base/ids.ts";
import type { LinkArrays } from "./wiring.ts";

/** `mark` tells parallel links apart ("cable 2"); links alone between two vertices have none. */
export function linkNames(
  arrays: LinkArrays,
  vertexName: (vertex: VertexId) => string,
  mark: (link: LinkId) => string = () => "",
): (link: LinkId) => string {
  return (link) => {
    const source = vertexName(vertexId(at(arrays.linkSource, link)));
    const target = vertexName(vertexId(at(arrays.linkTarget, link)));
    const suffix = mark(link);
    return `${source} → ${target}${suffix === "" ? "" : ` (${suffix})`}`;
  };
}
