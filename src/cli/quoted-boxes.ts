/** Nodes that have a price, a power and a place in a rack, by quotes or by the catalog. */
import type { QuotedBox } from "../answers/boxes.ts";
import { designFrom } from "../files/cluster.ts";
import { documentOf } from "../files/document.ts";
import { PLANNED_NODES } from "../files/planned-parts.ts";
import { shippedIds } from "../files/shipped.ts";
import type { Design } from "../records/cluster.ts";
import { purchasePrices } from "./prices.ts";

export async function quotedBoxes(path: string | undefined): Promise<readonly QuotedBox[]> {
  const prices = await purchasePrices(path);
  const boxes: QuotedBox[] = [];
  for (const id of await shippedIds("host-part")) {
    if (path === undefined ? !PLANNED_NODES.includes(id) : !prices.has(id)) continue;
    const { node, bill, equipment } = await designOf(id);
    const priceUsd = prices.get(id)?.value ?? bill.node?.priceUsd?.value;
    const { nodeMaxW, perRackCount } = equipment;
    const rate = node.accelerator?.matmulBf16FlopPerS.value;
    if (priceUsd === undefined || nodeMaxW === undefined || rate === undefined) continue;
    boxes.push({
      ...{ id, name: node.name, priceUsd, nodeMaxW: nodeMaxW.value },
      ...{ perRackCount: perRackCount ?? 1, acceleratorCount: node.acceleratorCount },
      matmulFlopPerS: rate,
    });
  }
  return boxes;
}

/** A node alone behind one switch: the reader of clusters resolves its parts. */
function designOf(host: string): Promise<Design> {
  const fabric = { kind: "switch", hosts: 1, link: "link-400g-host", switchLatency: "0 ns" };
  const data = { id: `one-${host}`, name: host, summary: host, node: host, fabric };
  return designFrom(documentOf(data, "the catalog"), "boxes.yaml");
}
