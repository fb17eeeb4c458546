/** The files that `init` writes: small, complete, and valid as they are. */

export const CLUSTER_TEMPLATE = `
# A cluster of your own: 8 H100 a node, two-tier fat tree with 2:1 oversubscription.
# "npx fabricast schema cluster" lists all fields; parts are named by their ids in topologies/.
id: my-cluster
name: My H100 cluster
summary: 8 H100 a node, two-tier fat tree 2:1, 400 Gb/s a GPU
node: hgx-h100
fabric:
  kind: fat-tree
  ports: 256
  portsPerLeaf: 32
  uplinksPerLeaf: 16
  spineRadix: 64
  size: grows
  link: link-400g-host
  uplink: link-400g-switch
  leafSwitch: qm9700
  spineSwitch: qm9700
  cable: link-400g-switch
software: fused-2026
site: us-average
`.trimStart();

export const QUESTION_TEMPLATE = `
# What does a training step of GPT-1.3B take on 64 accelerators of cluster.yaml?
# Answer it: npx fabricast run question.yaml
question: simulate
title: How long is a step of GPT-1.3B on 64 H100 of my cluster?
job:
  model: gpt-1.3b
  globalBatch: 1024
  tokensPerSample: 2048
  microBatch: 8
  sharding: zero-1
cluster: ./cluster.yaml
accelerators: 64
`.trimStart();
