/** What plans choose among without being told, and which nodes make a cluster. */
import { equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { readDesign } from "../../src/files/cluster.ts";
import { PLANNED_ACCELERATORS, PLANNED_NODES } from "../../src/files/planned-parts.ts";
import { readParts } from "../../src/files/catalog.ts";
import { shippedIds } from "../../src/files/shipped.ts";
import { parseDocument } from "../../src/files/document.ts";

test("parts that plans choose among ship", async () => {
  const accelerators = await shippedIds("accelerator");
  const nodes = await shippedIds("host-part");
  for (const id of PLANNED_ACCELERATORS) ok(accelerators.includes(id), id);
  for (const id of PLANNED_NODES) ok(nodes.includes(id), id);
});

/** Nodes whose chips are wired in a way that no shape of a node's network says. */
const REFUSED: Readonly<Record<string, string>> = { "trn2.48xlarge": "missing-key" };

const hostIds = await shippedIds("host-part");

/** Gb/s of the node's own NICs; of 400 where its file names none. */
async function rateOf(host: string): Promise<number> {
  const path = `topologies/parts/hosts/${host}.yaml`;
  const { data } = await parseDocument(readFileSync(path, "utf8"), path);
  const { nic } = data as { nic?: string };
  const rates = (await readParts("nic")).map(({ id, figures }): [string, number] => [
    id,
    (figures.find(({ pointer }) => pointer === "/rate")?.sourced.value ?? 0) / 1.25e8,
  ]);
  return new Map(rates).get(nic ?? "") ?? 400;
}

for (const host of hostIds) {
  test(`${host} makes a cluster at the rate of its NICs, or is refused by name`, async () => {
    const line = `4 x ${host}, fat tree 1:1, ${await rateOf(host)}G`;
    const made = readDesign(line, {});
    const refused = REFUSED[host];
    if (refused === undefined) {
      const { node } = await made;
      ok(node.acceleratorCount > 0);
      return;
    }
    const error: unknown = await made.catch((thrown: unknown) => thrown);
    ok(error instanceof InputError);
    equal(error.issues[0]?.code, refused);
  });
}

test("every switch joins nodes at the rate of its ports", async () => {
  for (const id of await shippedIds("switch")) {
    const text = readFileSync(`topologies/parts/switches/${id}.yaml`, "utf8");
    const figures = readFileSync(`topologies/figures/switches/${id}.yaml`, "utf8");
    const rate = /name: port rate\n {4}value: ([0-9]+)/.exec(figures)?.[1] ?? "";
    const design = await readDesign(`8 x dgx-h100, fat tree 1:1, ${rate}G, ${id}`, {});
    equal(design.node.acceleratorCount, 8, text);
  }
});
