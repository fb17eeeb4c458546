/**
 * Bill of materials line by line: counts from the fabric, prices from the parts or from the
 * reader's own list. NICs come in the price of a node, transceivers in that of a link; such
 * lines cost nothing of their own, unless the reader prices them apart.
 *
 * The total is there only if every ordered line has a price. Racks, their power units and the
 * management network belong to the building as long as nobody prices them.
 */
import { Refusal } from "../base/errors.ts";
import { fixed } from "../base/format.ts";
import { exactSum } from "../base/sum.ts";
import type { Design } from "../records/cluster.ts";
import type { PricedPart } from "../records/cost.ts";
import type { FabricCounts } from "../records/fabric-plan.ts";
import type { Material, MaterialBill, MaterialClass } from "../records/material.ts";
import type { Sourced } from "../records/sourced.ts";
import { ageDays, isStale } from "./age.ts";

/** The reader's own prices, by part id. */
export type OwnPrices = ReadonlyMap<string, Sourced>;

export interface MaterialRequest {
  readonly design: Design;
  readonly counts: FabricCounts;
  readonly prices?: OwnPrices;
  /** Day on which prices are judged. */
  readonly asOf: string;
  /** What a rack feeds; undefined: as much as the reference design puts into one. */
  readonly rackMaxW?: number;
}

const BUILDING: readonly MaterialClass[] = [
  ...(["fabric manager", "rack", "rack power unit", "management switch"] as const),
];

const NOT_MODELED: readonly string[] = [
  "storage and its fabric",
  "in-band network",
  "cables of the out-of-band network",
  "management servers",
  "racks and power units of switches and management",
  "spares",
  "lengths and media of cables",
];

export function materialBill(request: MaterialRequest): MaterialBill {
  const { design, counts } = request;
  const drafts = [
    ...nodeDrafts(request),
    ...switchDrafts(request),
    ...cableDrafts(request),
    ...buildingDrafts(request),
  ].filter(({ count }) => count > 0);
  const rows = drafts.map((draft) => material(draft, request.prices ?? new Map()));
  const missing = rows.filter(({ totalUsd }) => totalUsd === undefined);
  const isBuilding = ({ materialClass }: Material): boolean => BUILDING.includes(materialClass);
  const unpriced = missing.filter((row) => !isBuilding(row)).flatMap(payingModel);
  const totals = rows.flatMap(({ totalUsd }) => (totalUsd === undefined ? [] : [totalUsd]));
  return {
    clusterId: design.id,
    name: design.name,
    counts,
    rows,
    ...(unpriced.length === 0 ? { totalUsd: exactSum(totals) } : {}),
    unpriced: [...new Set(unpriced)],
    oldPrices: [...new Set(rows.flatMap((row) => oldPrice(row, request.asOf)))],
    notInTotal: missing.filter(isBuilding).map(({ model }) => model),
    notModeled: NOT_MODELED,
  };
}

/** A line in the price of another waits for that one only. */
function payingModel({ model, includedIn }: Material): string[] {
  return includedIn === undefined ? [model] : [];
}

function oldPrice({ partId, unitUsd }: Material, asOf: string): string[] {
  if (unitUsd === undefined || !isStale(unitUsd.date, asOf)) return [];
  const days = ageDays(unitUsd.date, asOf);
  return [`${partId} (${days === undefined ? "no date" : `${fixed(days)} days`})`];
}

interface Draft {
  readonly materialClass: MaterialClass;
  readonly partId: string;
  readonly model: string;
  readonly count: number;
  readonly rule: string;
  readonly priceUsd?: Sourced;
  /** The part that pays for it, priced or not. */
  readonly payer?: Pick<PricedPart, "id" | "name" | "priceUsd">;
}

function material(draft: Draft, prices: OwnPrices): Material {
  const { payer, priceUsd, ...head } = draft;
  const own = prices.get(draft.partId);
  const unitUsd = own ?? (payer === undefined ? priceUsd : undefined);
  if (unitUsd !== undefined) return { ...head, unitUsd, totalUsd: draft.count * unitUsd.value };
  if (payer === undefined) return head;
  const isPaid = payer.priceUsd !== undefined || prices.has(payer.id);
  return { ...head, includedIn: payer.name, ...(isPaid ? { totalUsd: 0 } : {}) };
}

/** A line of a part; the word stands where the cluster has no part for it. */
function draft(
  materialClass: MaterialClass,
  part: PricedPart | undefined,
  count: number,
  rule: string,
): Draft {
  const { id = materialClass, name = materialClass, priceUsd } = part ?? {};
  const head = { materialClass, partId: id, model: name, count, rule };
  return priceUsd === undefined ? head : { ...head, priceUsd };
}

function nodeDrafts({ design, counts }: MaterialRequest): Draft[] {
  const { bill, node, equipment } = design;
  const { nic, nicCount = 0, cageCount = 0 } = equipment;
  const payer = bill.node ?? { id: "node", name: node.name, partClass: "node" as const };
  const drafts = [draft("node", payer, counts.hostCount, "nodes")];
  if (nic !== undefined) {
    const rule = `${nicCount} a node, in its price`;
    drafts.push({ ...draft("nic", nic, counts.hostCount * nicCount, rule), payer });
  }
  if (bill.link !== undefined && counts.leafCount > 0) {
    const rule = `${cageCount} cages a node`;
    const count = counts.hostCount * cageCount;
    drafts.push({ ...draft("node transceiver", undefined, count, rule), payer: bill.link });
  }
  return drafts;
}

function switchDrafts({ design, counts }: MaterialRequest): Draft[] {
  const { leafSwitch, spineSwitch, link } = design.bill;
  const rule = "half its ports down, half up; spread evenly";
  const drafts = [
    draft("leaf switch", leafSwitch, counts.leafCount, "hosts over the ports down of a leaf"),
    draft("spine switch", spineSwitch, counts.spineCount, rule),
    draft("core switch", spineSwitch, counts.coreCount, rule),
  ];
  if (link === undefined) return drafts;
  const twin = "one for two ports: all of a leaf, those in use above";
  const optics = draft("switch transceiver", undefined, counts.switchCageCount, twin);
  return [...drafts, { ...optics, payer: link }];
}

function cableDrafts({ design, counts }: MaterialRequest): Draft[] {
  const { link } = design.bill;
  const rule = "one a link, planes joined";
  return [
    draft("host-leaf cable", link, counts.hostLeafCableCount, "one a port of a host"),
    draft("leaf-spine cable", link, counts.leafSpineCableCount, rule),
    draft("spine-core cable", link, counts.spineCoreCableCount, rule),
    counts.leafCount === 0
      ? draft("torus cable", link, counts.neighborCableCount, "half the ports of a node")
      : draft("switch cable", link, counts.neighborCableCount, "one a link between switches"),
  ];
}

/**
 * Racks hold what their power feeds, and no more than the reference design puts into one. Power
 * units and out-of-band switches as in NVIDIA's four units of H100 and B200: 96 units in 32
 * racks of nodes, 16 switches for them.
 */
function buildingDrafts({ design, counts, rackMaxW }: MaterialRequest): Draft[] {
  const { perRackCount, nodeMaxW, pdusPerRackCount = 0 } = design.equipment;
  const managers = draft(
    "fabric manager",
    { id: "ufm", name: "UFM Enterprise appliance", partClass: "node" },
    design.rule?.otherPortCount ?? 0,
    "one a port of a leaf that hosts do not take",
  );
  if (perRackCount === undefined || nodeMaxW === undefined) return [managers];
  const fed = rackMaxW === undefined ? Infinity : Math.floor(rackMaxW / nodeMaxW.value);
  if (fed < 1) refuseRack(nodeMaxW.value, design.node.name);
  const perRack = Math.min(perRackCount, fed);
  const rackCount = Math.ceil(counts.hostCount / perRack);
  return [
    managers,
    draft("rack", undefined, rackCount, `${perRack} nodes a rack, by power and reference design`),
    draft(
      "rack power unit",
      undefined,
      rackCount * pdusPerRackCount,
      `${pdusPerRackCount} a rack of nodes`,
    ),
    draft(
      "management switch",
      { id: "sn2201", name: "SN2201, 48 ports of 1 Gb/s", partClass: "switch" },
      Math.ceil(rackCount / 2),
      "one for two racks of nodes",
    ),
  ];
}

function refuseRack(nodeMaxW: number, name: string): never {
  throw new Refusal({
    code: "rack-too-small",
    pointer: "",
    found: "a rack that feeds no node",
    expected: `at least the ${fixed(nodeMaxW / 1000, 1)} kW of ${name}`,
    nextStep: "give a rack more power",
  });
}
