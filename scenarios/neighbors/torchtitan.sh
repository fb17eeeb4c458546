# Llama 3 8B on 64 accelerators: shards over 8 replicas, tensor parallelism of 8.
torchrun --nproc_per_node 8 --nnodes 8 -m torchtitan.train \
    --parallelism.data_parallel_replicate_degree 1 \
    --parallelism.data_parallel_shard_degree 8 \
    --parallelism.fsdp_reshard_after_forward always \
    --parallelism.tensor_parallel_degree 8 \
    --parallelism.pipeline_parallel_degree 1 \
    --training.local_batch_size 1 \
    --training.global_batch_size 64 \
    --training.seq_len 8192 \
    --activation_checkpoint.mode selective \
    --training.mixed_precision_param bfloat16 \
    --compile.enable
