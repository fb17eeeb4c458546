/** topologies/parts/hosts/*.yaml: what sits at a vertex of the fabric and is bought as one. */
import { acceleratorBody } from "./accelerator.ts";
import type { Properties } from "./schema.ts";
import { choice, conflictList, count, figure, file, group, id, list } from "./schema.ts";
import { priceList } from "./schema.ts";
import { reference, text } from "./schema.ts";

const scaleUp = group(
  "The network inside the node",
  {
    rate: figure("Usable rate of one of its links, one direction", "dataRate", "370.8 GB/s"),
    latency: figure("Latency of that link", "duration", "0 ns"),
    shape: choice(
      "star: one link an accelerator to a center; full-mesh: one a pair; cube-mesh: the eight " +
        "GPUs of a DGX-1; pcie-tree: switches below sockets",
      ["star", "full-mesh", "cube-mesh", "pcie-tree"],
      "star",
    ),
    fanouts: list(
      "PCIe tree: accelerators a switch, then switches a socket",
      count("Below one box", 2, { maximum: 64 }),
    ),
  },
  ["shape", "fanouts"],
);

const properties: Properties = {
  id: id("Names the part in clusters", "hgx-h100"),
  name: text("As people call it", "HGX H100 server"),
  accelerator: reference("Id of the accelerator inside", "h100-sxm", acceleratorBody),
  accelerators: count("Accelerators, or 1 for a bare host", 8, { maximum: 1024 }),
  scaleUp,
  price: figure("Price of the whole node with its NICs; none where it is not sold", "money"),
  nic: text("Id of its compute NIC, which is in the price of the node", "connectx-7"),
  nics: count("Compute NICs", 8, { maximum: 1024 }),
  cages: count("Cages of its compute ports: transceivers it takes", 4, { maximum: 1024 }),
  maxPower: figure("Most the whole node draws; racks are filled by it", "power", "10.2 kW"),
  perRack: count("Nodes that its reference design puts into a rack", 4, { maximum: 64 }),
  pdusPerRack: count("Power units of such a rack", 3, { maximum: 64 }),
  power: figure("Power beyond the accelerators' all-in power", "power", "0 W"),
};

const optional = [
  ...["accelerator", "scaleUp", "price", "power", "nic", "nics", "cages"],
  ...["maxPower", "perRack", "pdusPerRack"],
];

export const hostBody = group("A node", properties, ["id", ...optional]);

export const hostPart = file(
  "host-part",
  "A node: accelerators, host and NICs in one box",
  group(
    "A node",
    { ...properties, prices: priceList(["purchase", "used"]), conflicts: conflictList() },
    [...optional, "prices", "conflicts"],
  ),
);
