/** Words of collective tables: what they make of a row. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { collectiveCaseOf } from "../../../src/answers/accuracy/read-collective.ts";
import type { Row } from "../../../src/answers/accuracy/row.ts";
import { Refusal } from "../../../src/base/errors.ts";
import { collectiveS } from "../../../src/network/measured/collective-law.ts";
import { fabricRow } from "../../../src/network/measured/fabrics.ts";

const ROW: Row = {
  ...{ collective: "all_reduce", gpu: "H100-80GB-SXM", ranks: "16", ranks_per_node: "8" },
  ...{ nodes: "2", intra_network: "NVLink4", inter_network: "8x NDR400 IB", library: "NCCL" },
  ...{ algorithm: "", size_bytes: "1073741824" },
};
const read = (change: Row) => collectiveCaseOf({ ...ROW, ...change }).given;

test("a rack is one domain up to its size, and as many nodes where its links are off", () => {
  const rack = { gpu: "GB300", ranks_per_node: "4", inter_network: "4x400G IB per node" };
  equal(read({ ...rack, ranks: "64", nodes: "16" }).domains, 1);
  equal(read({ ...rack, ranks: "144", nodes: "36" }).domains, 2);
  const cut = "4x400G IB per node, NVLink disabled across nodes";
  equal(read({ ...rack, ranks: "64", nodes: "16", inter_network: cut }).domains, 16);
  // Of 72 ranks in 18 nodes of 4 NICs of 50 GB/s each.
  const { nodeBytesPerS } = read({ ...rack, ranks: "144", nodes: "36" });
  ok(Math.abs(nodeBytesPerS - 72 * 50e9) < 1);
});

test("ranks that fill no whole node still cross between nodes", () => {
  equal(read({ ranks: "10", nodes: "", ranks_per_node: "" }).domains, 2);
});

test("one NIC named alone serves its whole node; one rank a node uses its share of eight", () => {
  equal(read({ inter_network: "400Gb RDMA single NIC" }).nodeBytesPerS, 50e9);
  equal(read({ ranks: "2", ranks_per_node: "1" }).nodeBytesPerS, 50e9);
  equal(read({}).nodeBytesPerS, 400e9);
});

test("words name the fabric: what a crossing takes, and what of a NIC is payload", () => {
  const said = (words: string, isOld = false) => fabricRow(words, isOld)?.name;
  equal(said("4x 400G Quantum-X800/NDR IB per node"), "InfiniBand");
  equal(said("NVLink4 + 8x400Gb RDMA"), "InfiniBand");
  equal(said("8 NIC ports per node (mlx5, speed not stated in excerpt)"), "InfiniBand");
  equal(said("A3 Ultra 8x400G RoCE"), "RoCE");
  equal(said("8x 400 Gb/s EFAv4"), "EFA");
  equal(said("GCP A3 Mega GPUDirect-TCPXO, 8x200 Gb/s"), "GPUDirect-TCPXO");
  equal(said("100GbE TCP"), "TCP");
  equal(said("Omni-Path (1x or 4x100G)"), "Omni-Path");
  equal(said("not stated"), undefined);
  equal(fabricRow("AWS EFA", true)?.crossingS, 68e-6);
});

test("forced algorithms and protocols are read, choices of a tuner are not forced", () => {
  const forced = (algorithm: string) => read({ algorithm }).forced;
  deepEqual(
    ["RING LL128 64 channels", "RING SIMPLE 48 channels", "TREE LL128 64 channels"].map(forced),
    ["ring-128", "ring", "tree-128"],
  );
  deepEqual(["TREE SIMPLE 64 channels", "NVLSTree", "Ring forced"].map(forced), [
    ...["tree", "in-switch", "ring"],
  ]);
  deepEqual(["default", "Ring (default)", "NVLS", "NCCL_MIN/MAX_NCHANNELS=16, QPS 1"].map(forced), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  equal(read({ algorithm: "Ring (NVLS off)" }).allowsInSwitch, false);
});

test("PCIe inside a node bounds the bus bandwidth at its lanes", () => {
  // 7/8 of twice 1 GiB at 24 GB/s and a local step on top.
  const given = read({ ranks: "8", nodes: "1", gpu: "L40S", intra_network: "PCIe Gen4" });
  const seconds = collectiveS(given);
  ok(((2 ** 30 * 2 * 7) / 8 / 24e9) * 1.0 < seconds);
  ok(((2 ** 30 * 2 * 7) / 8 / 24e9) * 1.2 > seconds);
});

test("reduction in the network sends each byte once through a NIC, however many nodes", () => {
  const many = { ranks: "64", nodes: "8", size_bytes: String(2 ** 34) };
  const plain = collectiveS(read(many));
  const reduced = collectiveS(read({ ...many, inter_network: "8x400G NDR, SHARP" }));
  ok(reduced < 0.75 * plain);
  ok(reduced > 2 ** 34 / 400e9);
});

test("other operations have cases; what is none is refused", () => {
  equal(read({ collective: "sendrecv" }).kind, "send_receive");
  equal(read({ collective: "reduce" }).kind, "broadcast");
  equal(read({ collective: "reduce_scatter" }).kind, "reduce_scatter");
  equal(read({ collective: "scatter" }).kind, "gather");
  throws(() => read({ collective: "barrier" }), Refusal);
});
