import { equal } from "node:assert/strict";
import { test } from "vitest";
import {
  algorithmFromName,
  busbwFactor,
  collectiveFromName,
} from "../../../src/network/collectives/names.ts";
import { ALGORITHMS } from "../../../src/network/collectives/table.ts";

test("nccl-tests' spellings and ours mean the same collective", () => {
  for (const text of ["all_reduce", "all_reduce_perf", "AllReduce", "allreduce", "all-reduce"]) {
    equal(collectiveFromName(text), "all-reduce");
  }
  equal(collectiveFromName("reduce_scatter_perf"), "reduce-scatter");
  equal(collectiveFromName("all_gather"), "all-gather");
  equal(collectiveFromName("sendrecv_perf"), "send-receive");
  equal(collectiveFromName("reduce_perf"), "reduce");
  equal(collectiveFromName("alltoallv"), "uneven-all-to-all");
});

test("collectives that we do not have are nobody's", () => {
  for (const text of ["hypercube_perf", "reduction", "", "perf", "__proto__"]) {
    equal(collectiveFromName(text), undefined);
  }
});

test("every algorithm is found by its own name, and by what others call it", () => {
  for (const { name } of ALGORITHMS) equal(algorithmFromName(name), name);
  equal(algorithmFromName("Ring"), "ring");
  equal(algorithmFromName("rabenseifner"), "halving-doubling");
  equal(algorithmFromName("hierarchical"), "hierarchical");
  equal(algorithmFromName("PAT"), "aggregated-trees");
  equal(algorithmFromName("auto"), "auto");
  for (const text of ["butterfly", "", "constructor", "__proto__"]) {
    equal(algorithmFromName(text), undefined);
  }
});

test("bus bandwidth counts 2(n−1)/n of an all-reduce and (n−1)/n of its halves", () => {
  equal(busbwFactor("all-reduce", 4), 1.5);
  equal(busbwFactor("reduce-scatter", 4), 0.75);
  equal(busbwFactor("all-gather", 1), 0);
});
