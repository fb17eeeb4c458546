/** Launch scripts: variables put in, arguments read by name, what is not read listed. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { documentOf } from "../../../src/files/document.ts";
import { runFromMegatron } from "../../../src/files/formats/megatron.ts";
import { largeModelFrom } from "../../../src/files/large-model.ts";
import { layoutFrom } from "../../../src/files/layout-text.ts";
import { modelParameterCount } from "../../../src/workload/dense/model-size.ts";

const SCRIPT = `#!/bin/bash
# Llama 3 8B
GPUS_PER_NODE=8
NUM_NODES=4
TP=\${1:-2}
PP=2
DISTRIBUTED_ARGS=(
    --nproc_per_node $GPUS_PER_NODE
    --nnodes $NUM_NODES
)
MODEL_ARGS=(
    --num-layers 32
    --hidden-size 4096
    --ffn-hidden-size 14336
    --num-attention-heads 32
    --group-query-attention
    --num-query-groups 8
    --seq-length 8192
    --max-position-embeddings 8192
    --position-embedding-type rope
    --swiglu
    --untie-embeddings-and-output-weights
    --vocab-size 128256
    --attention-dropout 0.0
)
torchrun \${DISTRIBUTED_ARGS[@]} pretrain_gpt.py \${MODEL_ARGS[@]} \\
    --tensor-model-parallel-size $TP --pipeline-model-parallel-size \${PP} \\
    --num-layers-per-virtual-pipeline-stage 4 --sequence-parallel \\
    --micro-batch-size 1 --global-batch-size 128 --bf16 \\
    --use-distributed-optimizer --recompute-activations
`;

test("a script gives the model, its layout, and the number of accelerators", () => {
  const run = runFromMegatron(SCRIPT.replace("${1:-2}", "2"), "run.sh");
  equal(run.rankCount, 32);
  // 32 layers on 2 stages are 16 each: 4 chunks of 4.
  deepEqual(run.layout, [
    ...["tp=2", "pp=2", "micro=1", "batch=128", "seq=8192", "vp=4", "recompute=selective"],
    ...["precision=bf16", "zero=1"],
  ]);
  equal(layoutFrom(run.layout.join(",")).chunks, 4);
  deepEqual(run.unread, ["attention-dropout"]);
  const count = modelParameterCount(largeModelFrom(documentOf(run.config, "run.sh"), "run.sh"));
  ok(Math.abs(count / 8.03e9 - 1) < 0.005, String(count));
});

test("a variable that the script never sets is named, at its line", () => {
  throws(
    () => runFromMegatron("a --num-layers $LAYERS\n", "run.sh"),
    (error: unknown) => {
      ok(error instanceof InputError);
      const [issue] = error.issues;
      equal(issue?.line, 1);
      ok(issue.found.includes("$LAYERS"), issue.found);
      return true;
    },
  );
});

test("comments say nothing", () => {
  const run = runFromMegatron(`${SCRIPT.replace("${1:-2}", "2")}# --num-layers 99\n`, "run.sh");
  equal(run.config?.["num_hidden_layers"], 32);
});
