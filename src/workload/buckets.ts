/**
 * Gradients joined to buckets, so that a collective is large enough to run at the link's
 * rate and early enough to hide behind the rest of the backward pass.
 *
 * Tensors are joined whole, in order of readiness; a bucket closes when it reaches the wanted
 * size, and a tensor that alone reaches it makes a bucket of its own. Source of the scheme:
 * Li et al. 2020, "PyTorch Distributed", arXiv:2006.15704, section 3.2.3.
 */
import { assert } from "../base/assert.ts";
import type { Trace } from "../records/trace.ts";

export interface Bucket {
  readonly sizeBytes: number;
  readonly tensorCount: number;
  /** Index into the trace's ops of the op that completes it. */
  readonly readyOp: number;
}

/** In order of readiness; their sizes sum to the parameters' bytes exactly. */
export function gradientBuckets(trace: Trace, bucketBytes: number): Bucket[] {
  assert(bucketBytes > 0, "a bucket holds something");
  const buckets: Bucket[] = [];
  let open: Bucket | undefined;
  const close = () => {
    if (open !== undefined) buckets.push(open);
    open = undefined;
  };

  let lastOp = 0;
  for (const gradient of trace.gradients) {
    assert(gradient.op >= lastOp, "gradients come in order of readiness");
    assert(trace.ops[gradient.op]?.phase === "backward", "gradients are made in backward");
    lastOp = gradient.op;
    const sizeBytes = gradient.elementCount * trace.elementBytes;
    if (sizeBytes >= bucketBytes) close();
    open = joined(open, sizeBytes, gradient.op);
    if (open.sizeBytes >= bucketBytes) close();
  }
  close();

  const totalBytes = buckets.reduce((sum, bucket) => sum + bucket.sizeBytes, 0);
  const expectedBytes = trace.parameterCount * trace.elementBytes;
  assert(totalBytes === expectedBytes, "every parameter's gradient is in one bucket");
  return buckets;
}

function joined(open: Bucket | undefined, sizeBytes: number, readyOp: number): Bucket {
  return {
    sizeBytes: (open?.sizeBytes ?? 0) + sizeBytes,
    tensorCount: (open?.tensorCount ?? 0) + 1,
    readyOp,
  };
}
