/** The parts that a cluster is bought as, from its file and the files of its parts. */
import type { BillParts, NodeEquipment } from "../records/cluster.ts";
import type { ResolvedCluster } from "./cluster-file.ts";
import { pricedPart, siteOf } from "./parts.ts";

export function billOf(parts: ResolvedCluster): BillParts {
  const { file, host, leafSwitch, spineSwitch, coreSwitch, oneSwitch, cable, site } = parts;
  const leaf = leafSwitch ?? oneSwitch;
  return defined<BillParts>({
    node: pricedPart("node", host),
    leafSwitch: leaf && pricedPart("switch", leaf),
    spineSwitch: spineSwitch && pricedPart("switch", spineSwitch),
    coreSwitch: coreSwitch && pricedPart("switch", coreSwitch),
    link: cable && pricedPart("link", cable),
    cablesPerNode: file.fabric.kind === "torus" ? file.fabric.cablesPerNode : undefined,
    site: site && siteOf(site),
  });
}

export function equipmentOf({ host, nic }: ResolvedCluster): NodeEquipment {
  return defined<NodeEquipment>({
    nic: nic && pricedPart("node", nic),
    nicCount: host.nics,
    cageCount: host.cages,
    nodeMaxW: host.maxPower,
    perRackCount: host.perRack,
    pdusPerRackCount: host.pdusPerRack,
  });
}

type Given<T> = { readonly [Key in keyof T]: T[Key] | undefined };

/** Without the parts that are not there. */
function defined<T>(given: Given<T>): T {
  return Object.fromEntries(Object.entries(given).filter(([, part]) => part !== undefined)) as T;
}
