/** Chakra nodes read a second: decoded in pieces from memory, dependencies looked up. */
import { ChakraDecoder } from "../src/files/formats/chakra-decoder.ts";
import { sampleBytes } from "../test/support/chakra-sample.ts";
import type { SampleNode } from "../test/support/chakra-sample.ts";
import { shortestS } from "./harness.ts";
import type { Bench } from "./harness.ts";

const PIECE_BYTES = 2 ** 22;

export const bench: Bench = {
  name: "chakra",
  async run(size) {
    const nodeCount = size === "large" ? 500_000 : 2_000;
    const nodes = Array.from({ length: nodeCount }, (_, id): SampleNode => {
      const deps = id === 0 ? [] : [id - 1];
      const name = `layers.${id % 80}.attention.matmul`;
      if (id % 8 !== 7) {
        const numbers = { num_ops: 1e9 + id, tensor_size: 2 ** 20 };
        return { id, name, type: 4, deps, micros: 12, numbers };
      }
      return { id, name, type: 7, deps, group: "0", numbers: { comm_type: 0, comm_size: 2 ** 22 } };
    });
    const bytes = sampleBytes(nodes);
    let read = 0;
    const seconds = await shortestS(size === "large" ? 5 : 1, () => {
      const decoder = new ChakraDecoder("bench.et", 0);
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        decoder.push(bytes.subarray(at, at + PIECE_BYTES));
      }
      read = decoder.finish().nodes.nodeCount;
    });
    const bound = size === "large" ? 2e6 : null;
    const value = read / seconds;
    const bytesPerS = bytes.length / seconds;
    return [
      { case: "nodes read", threads: 1, value, unit: "1/s", bound },
      { case: "bytes read", threads: 1, value: bytesPerS, unit: "B/s", bound: null },
    ];
  },
};
