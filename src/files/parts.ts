/** Parts: accelerators, nodes, switches, links, software profiles and sites from their files. */
import type {
  Accelerator,
  LinkSpec,
  NodeSpec,
  Rent,
  ScaleUpSpec,
  Site,
} from "../records/cluster.ts";
import type { SoftwareProfile } from "../records/cluster.ts";
import type { PartClass, PricedPart } from "../records/cost.ts";
import type { Sourced } from "../records/sourced.ts";
import { refuse, shown, wholeFile } from "./issue.ts";
import type { Origin } from "./references.ts";
import { readReference } from "./references.ts";
import type { SchemaName } from "./schemas/table.ts";
import type { Shelf } from "./shipped.ts";
import { validated } from "./validators.ts";

/** The shapes of the files after conversion: quantities are Sourced, in SI. */
export interface AcceleratorFile {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly peakBf16: Sourced;
  readonly matmulBf16: Sourced;
  readonly memory: Sourced;
  readonly memoryBandwidth: Sourced;
  readonly allInPower?: Sourced;
  readonly prices?: readonly PriceFile[];
  readonly conflicts?: readonly string[];
  readonly rents?: readonly { readonly kind: Rent["kind"]; readonly price: Sourced }[];
}

interface Priced {
  readonly id?: string;
  readonly name?: string;
  readonly price?: Sourced;
  readonly power?: Sourced;
  readonly prices?: readonly PriceFile[];
  readonly conflicts?: readonly string[];
}

/** A price that was seen, and what was priced. */
export interface PriceFile {
  readonly kind: string;
  readonly price: Sourced;
}

export interface NicFile extends Priced {
  readonly rate: Sourced;
}

export interface LinkFile extends Priced {
  readonly rate: Sourced;
  readonly latency: Sourced;
}

export interface SwitchFile extends Priced {
  readonly ports: number;
  readonly latency?: Sourced;
}

export interface HostFile extends Priced {
  readonly name: string;
  readonly accelerator?: string | AcceleratorFile;
  readonly accelerators: number;
  readonly scaleUp?: {
    readonly rate: Sourced;
    readonly latency: Sourced;
    readonly shape?: NonNullable<ScaleUpSpec["shape"]>;
    readonly fanouts?: readonly number[];
  };
  readonly nic?: string;
  readonly nics?: number;
  readonly cages?: number;
  readonly maxPower?: Sourced;
  readonly perRack?: number;
  readonly pdusPerRack?: number;
}

export interface EndpointFile {
  readonly scaleUpMessage?: Sourced;
  readonly scaleOutMessage?: Sourced;
  readonly collectiveStart?: Sourced;
}

export interface SoftwareFile {
  readonly id: string;
  readonly name: string;
  readonly matmulShare: Sourced;
  readonly attentionShare: Sourced;
  readonly attentionHalfTokens: Sourced;
  readonly memoryPasses: Sourced;
  readonly optimizerPasses: Sourced;
  readonly launch: Sourced;
  readonly overlapSlowdown: Sourced;
  readonly stepErrorShare: Sourced;
  readonly bucket: Sourced;
  readonly gatherOverlapsForward: boolean;
  readonly endpoint?: EndpointFile;
}

export interface SiteFile {
  readonly id: string;
  readonly name: string;
  readonly country?: string;
  readonly carbon?: Sourced;
  /** None where no source gives one. */
  readonly energyPrice?: Sourced;
  readonly pue: Sourced;
  readonly loadShare: Sourced;
  readonly life: Sourced;
}

/** Nothing said means none is charged; reports show it as an assumption. */
export const NOT_GIVEN: Sourced = {
  value: 0,
  source: "none given in the cluster file",
  date: "",
  provenance: "assumed",
};

/** What was written in place, or what the id or path leads to; with the file it stands in. */
export async function resolved<T extends object>(
  shelf: Shelf,
  schema: SchemaName,
  given: string | T,
  origin: Origin,
): Promise<{ value: T; from: string | undefined }> {
  if (typeof given !== "string") return { value: given, from: origin.from };
  const { document, path } = await readReference(shelf, given, origin);
  return { value: await validated<T>(schema, document), from: path };
}

/** An accelerator by id or path. */
export async function readAccelerator(reference: string, from?: string): Promise<Accelerator> {
  const origin = from === undefined ? {} : { from };
  const { value } = await resolved<AcceleratorFile>(
    "accelerator",
    "accelerator",
    reference,
    origin,
  );
  return acceleratorOf(value);
}

export function acceleratorOf(data: AcceleratorFile): Accelerator {
  const { id, name, vendor, allInPower } = data;
  return {
    id,
    name,
    vendor,
    peakBf16FlopPerS: data.peakBf16,
    matmulBf16FlopPerS: data.matmulBf16,
    memoryBytes: data.memory,
    memoryBytesPerS: data.memoryBandwidth,
    ...(allInPower === undefined ? {} : { allInW: allInPower }),
    rents: (data.rents ?? []).map(({ kind, price }) => ({ kind, usdPerS: price })),
  };
}

export function nodeOf(host: HostFile, accelerator: AcceleratorFile | undefined): NodeSpec {
  const { name, accelerators, scaleUp } = host;
  return {
    name,
    acceleratorCount: accelerators,
    ...(accelerator === undefined ? {} : { accelerator: acceleratorOf(accelerator) }),
    ...(scaleUp === undefined ? {} : { scaleUp: scaleUpOf(scaleUp) }),
  };
}

function scaleUpOf(given: NonNullable<HostFile["scaleUp"]>): ScaleUpSpec {
  const { shape, fanouts } = given;
  return {
    ...linkOf(given),
    ...(shape === undefined ? {} : { shape }),
    ...(fanouts === undefined ? {} : { fanouts }),
  };
}

export function linkOf(link: Pick<LinkFile, "rate" | "latency">): LinkSpec {
  return { rateBytesPerS: link.rate, latencyS: link.latency };
}

export function softwareOf(data: SoftwareFile): SoftwareProfile {
  return {
    id: data.id,
    name: data.name,
    matmulShare: data.matmulShare,
    attentionShare: data.attentionShare,
    attentionHalfTokens: data.attentionHalfTokens,
    memoryPasses: data.memoryPasses,
    optimizerPasses: data.optimizerPasses,
    launchS: data.launch,
    overlapSlowdown: data.overlapSlowdown,
    stepErrorShare: data.stepErrorShare,
    bucketBytes: data.bucket,
    gatherOverlapsForward: data.gatherOverlapsForward,
  };
}

/** A site whose electricity nobody priced is refused, unless the caller's own price is there. */
export function siteOf(data: SiteFile, tariff?: Sourced): Site {
  const energyPrice = tariff ?? data.energyPrice;
  if (energyPrice === undefined) {
    return refuse(wholeFile(`the site ${shown(data.id)}`), {
      code: "missing-key",
      found: "no price of electricity: the catalog has none with a source",
      expected: "energyPrice, such as 0.08 USD/(kW hour)",
      nextStep: "give yours: cost --tariff, or a site file of your own with energyPrice",
    });
  }
  return {
    id: data.id,
    name: data.name,
    energyUsdPerJ: energyPrice,
    pue: data.pue,
    loadShare: data.loadShare,
    lifeS: data.life,
  };
}

/** A line for the bill; undefined for parts written in place without an id. */
export function pricedPart(partClass: PartClass, part: Priced): PricedPart | undefined {
  const { id, name, price, power } = part;
  if (id === undefined) return undefined;
  return {
    id,
    name: name ?? id,
    partClass,
    ...(price === undefined ? {} : { priceUsd: price }),
    ...(power === undefined ? {} : { powerW: power }),
  };
}
