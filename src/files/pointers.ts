/**
 * Reports name inputs by their pointer in the record ("/node/accelerator/memoryBytesPerS");
 * files call the same things by their own keys ("node.accelerator.memoryBandwidth"). A path
 * of either kind can be set.
 */

/** Keys of records that files call otherwise. */
const FILE_KEYS: Readonly<Record<string, string>> = {
  rateBytesPerS: "rate",
  latencyS: "latency",
  switchLatencyS: "switchLatency",
  scaleUpMessageS: "scaleUpMessage",
  scaleOutMessageS: "scaleOutMessage",
  collectiveStartS: "collectiveStart",
  peakBf16FlopPerS: "peakBf16",
  matmulBf16FlopPerS: "matmulBf16",
  memoryBytes: "memory",
  memoryBytesPerS: "memoryBandwidth",
  allInW: "allInPower",
  usdPerS: "price",
  launchS: "launch",
  bucketBytes: "bucket",
  priceUsd: "price",
  powerW: "power",
  energyUsdPerJ: "energyPrice",
  lifeS: "life",
};

/** Where a file has what the record's bill holds. */
const BILL: Readonly<Record<string, readonly string[]>> = {
  site: ["site"],
  node: ["node"],
  leafSwitch: ["fabric", "leafSwitch"],
  spineSwitch: ["fabric", "spineSwitch"],
  coreSwitch: ["fabric", "core", "coreSwitch"],
  link: ["fabric", "cable"],
};

/** Steps to the same input in the file. */
export function fileSteps(steps: readonly string[]): string[] {
  const [first, second = "", ...rest] = steps;
  const moved = first === "bill" ? BILL[second] : undefined;
  const all = moved === undefined ? steps : [...moved, ...rest];
  return all.map((step) => (Object.hasOwn(FILE_KEYS, step) ? (FILE_KEYS[step] ?? step) : step));
}
