/** Where the data that ships with the product lies, from the sources and from the bundle. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../base/assert.ts";

/** Sorts of data referred to by id, with the folder that holds them. */
export const SHELVES = {
  cluster: "topologies/clusters",
  accelerator: "topologies/parts/accelerators",
  "host-part": "topologies/parts/hosts",
  switch: "topologies/parts/switches",
  link: "topologies/parts/links",
  nic: "topologies/parts/nics",
  optic: "topologies/parts/optics",
  software: "topologies/parts/software",
  site: "topologies/sites",
  "accelerator-figures": "topologies/figures/accelerators",
  "host-figures": "topologies/figures/hosts",
  "nic-figures": "topologies/figures/nics",
  "switch-figures": "topologies/figures/switches",
  "optic-figures": "topologies/figures/optics",
  "site-figures": "topologies/figures/sites",
  facility: "topologies/figures/facilities",
  latency: "topologies/figures/latencies",
  reliability: "topologies/figures/reliability",
  "cost-model": "topologies/figures/cost-models",
  rule: "topologies/figures/rules",
  design: "topologies/figures/designs",
  model: "scenarios/models",
  training: "scenarios/training",
  question: "scenarios/questions",
} as const;

export type Shelf = keyof typeof SHELVES;

/**
 * The folder that holds `topologies`: the repository from `src/files`, the package from
 * `dist`. Both are found by walking up from this very file.
 */
export function shippedRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "topologies", "clusters"))) {
    const parent = dirname(folder);
    assert(parent !== folder, "the shipped topologies lie above the program");
    folder = parent;
  }
  return folder;
}

/** "topologies/clusters/h100-torus.yaml" as an absolute path. */
export function shippedPath(relative: string): string {
  return join(shippedRoot(), relative);
}

/** The ids on a shelf, sorted. Empty where the folder is not there. */
export async function shippedIds(shelf: Shelf): Promise<string[]> {
  const names = await readdir(shippedPath(SHELVES[shelf])).catch(() => []);
  const files = names.filter((name) => extname(name) === ".yaml");
  return files.map((name) => name.slice(0, -".yaml".length)).sort();
}
