vllm serve org/model \
    --tensor-parallel-size 8 \
    --pipeline-parallel-size 1 \
    --data-parallel-size 2 \
    --enable-expert-parallel \
    --max-model-len 32768 \
    --dtype bfloat16
