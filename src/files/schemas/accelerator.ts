/** topologies/parts/accelerators/*.yaml: one chip as the framework schedules it. */
import type { Properties } from "./schema.ts";
import { choice, conflictList, figure, file, group, id, list } from "./schema.ts";
import { priceList, text } from "./schema.ts";

const rent = group("A listed price by the hour, fabric and host included", {
  kind: choice("How it is sold", ["on-demand", "reserved", "spot", "market", "ownership"]),
  price: figure("Price of one accelerator", "moneyRate"),
});

const properties: Properties = {
  id: id("Names the part in clusters", "h100-sxm"),
  name: text("As people call it", "H100 SXM 80 GB"),
  vendor: text("Who makes it", "NVIDIA"),
  peakBf16: figure("Dense bf16 peak, never the sparse one", "computeRate"),
  matmulBf16: figure("Best large bf16 matmul ever measured", "computeRate", "794.5 Tflop/s"),
  memory: figure("Capacity of its memory", "dataSize"),
  memoryBandwidth: figure("Peak bandwidth of its memory", "dataRate"),
  allInPower: figure("Power with its share of host and NICs, at the rack", "power", "1.37 kW"),
  rents: {
    ...list("Prices by the hour; the first is used unless told otherwise", rent),
    minItems: 0,
  },
};

const optional = ["allInPower", "rents"];

const market: Properties = {
  prices: priceList(["module", "share-of-board", "share-of-system", "estimate"]),
  conflicts: conflictList(),
};

export const acceleratorBody = group("An accelerator", properties, optional);

export const accelerator = file(
  "accelerator",
  "An accelerator: what it computes, moves and costs by the hour",
  group("An accelerator", { ...properties, ...market }, [...optional, "prices", "conflicts"]),
);
