/** Every constant that entered an answer, with its source: the auditor's page. */
import type { Cluster } from "../records/cluster.ts";
import type { Assumption } from "../records/result.ts";
import { numericInputs, unitOf, wordsOf } from "./inputs.ts";
import type { NumericInput } from "./inputs.ts";

/** The inputs of all clusters; one that several share is listed once, with its first. */
export function assumptionsOf(clusters: readonly Cluster[]): Assumption[] {
  const seen = new Set<string>();
  const assumptions: Assumption[] = [];
  for (const cluster of clusters) {
    for (const input of numericInputs(cluster)) {
      if (/\/rents\/[1-9]/.test(input.pointer)) continue;
      const { value, source, date, provenance, note } = input.sourced;
      const name = inputName(cluster, input);
      const key = [name, value, source, date].join("\n");
      if (seen.has(key)) continue;
      seen.add(key);
      assumptions.push({
        name,
        pointer: input.pointer,
        clusterId: cluster.id,
        value,
        unit: unitOf(input.property),
        source,
        date,
        provenance,
        ...(note === undefined ? {} : { note }),
      });
    }
  }
  return assumptions;
}

/** A name that tells what the number belongs to: "H100 SXM: memory rate". */
export function inputName(cluster: Cluster, input: NumericInput): string {
  const label = LABELS.find(([pattern]) => pattern.test(input.pointer));
  const owner = ownerOf(cluster, input.pointer);
  if (label === undefined) return `${owner}: ${wordsOf(input.property)}`;
  return `${owner}: ${label[1]}`;
}

const LABELS: readonly (readonly [RegExp, string])[] = [
  [/peakBf16FlopPerS$/, "dense bf16 peak"],
  [/matmulBf16FlopPerS$/, "best large bf16 matmul"],
  [/accelerator\/memoryBytesPerS$/, "memory rate"],
  [/accelerator\/memoryBytes$/, "memory"],
  [/accelerator\/allInW$/, "power with its share of host and NICs"],
  [/rents\/\d+\/usdPerS$/, "rent of one accelerator"],
  [/scaleUp\/rateBytesPerS$/, "usable rate of one accelerator, one direction"],
  [/scaleUp\/latencyS$/, "latency of a link in the node"],
  [/fabric\/link\/rateBytesPerS$/, "rate of a link, one direction"],
  [/fabric\/link\/latencyS$/, "latency of a link"],
  [/uplink\/rateBytesPerS$/, "rate of an uplink, one direction"],
  [/uplink\/latencyS$/, "latency of an uplink"],
  [/switchLatencyS$/, "latency of a switch"],
  [/scaleUpMessageS$/, "endpoint time of a message in the node"],
  [/scaleOutMessageS$/, "endpoint time of a message between nodes"],
  [/collectiveStartS$/, "start of a collective"],
  [/matmulShare$/, "sustained share of the best matmul"],
  [/attentionShare$/, "attention's share of the best matmul"],
  [/attentionHalfTokens$/, "tokens at which attention reaches half its rate"],
  [/memoryPasses$/, "time of a counted byte over the memory's peak rate"],
  [/optimizerPasses$/, "time of an optimizer byte over the memory's peak rate"],
  [/launchS$/, "gap between two kernels"],
  [/overlapSlowdown$/, "share of hidden communication that slows compute"],
  [/stepErrorShare$/, "error of predicted steps, one standard deviation"],
  [/bucketBytes$/, "gradient bucket"],
  [/priceUsd$/, "price"],
  [/powerW$/, "power"],
  [/energyUsdPerJ$/, "price of energy"],
  [/pue$/, "facility power over IT power"],
  [/loadShare$/, "share of full power drawn"],
  [/lifeS$/, "life over which capital is spread"],
];

function ownerOf(cluster: Cluster, pointer: string): string {
  const [, first = "", second = ""] = pointer.split("/");
  if (first === "node" && second === "accelerator") {
    return cluster.node.accelerator?.name ?? cluster.node.name;
  }
  if (first === "node") return cluster.node.name;
  if (first === "software") return cluster.software?.name ?? "software";
  if (first === "endpoint") return `${cluster.name} endpoint`;
  if (first === "bill") {
    if (second === "site") return cluster.bill.site?.name ?? "site";
    const part = cluster.bill[second as "node" | "leafSwitch" | "spineSwitch" | "link"];
    return part?.name ?? second;
  }
  return cluster.name;
}
