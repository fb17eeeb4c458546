/** topologies/parts/software/*.yaml: how well software uses an accelerator and its network. */
import { figure, file, flag, group, id, plainFigure, text } from "./schema.ts";
import type { Properties } from "./schema.ts";

const share = { exclusiveMinimum: 0, maximum: 1 };

/** Every one may be left out: then the software profile says it, else it is zero. */
export const endpointBody = group(
  "Time that no link accounts for",
  {
    scaleUpMessage: figure("Added to each message that stays inside a node", "duration", "3.4 us"),
    scaleOutMessage: figure("Added to each message that leaves its node", "duration", "12.4 us"),
    collectiveStart: figure("Added once to each collective", "duration", "8.4 us"),
  },
  ["scaleUpMessage", "scaleOutMessage", "collectiveStart"],
);

const properties: Properties = {
  id: id("Names the profile in clusters", "fused-2026"),
  name: text("As people call it", "Fused kernels, CUDA graphs, NCCL"),
  matmulShare: plainFigure("Sustained share of the best matmul", 0.88, share),
  attentionShare: plainFigure("Attention at infinite length over the best matmul", 0.755, share),
  attentionHalfTokens: plainFigure("Tokens at which attention reaches half its rate", 500, {
    minimum: 0,
  }),
  memoryPasses: plainFigure("Passes over memory per counted byte, efficiency included", 1.45, {
    minimum: 1,
  }),
  optimizerPasses: plainFigure("The same for the optimizer", 1.2, { minimum: 1 }),
  launch: figure("Time between two kernels that no kernel accounts for", "duration", "2 us"),
  overlapSlowdown: plainFigure("Share of hidden communication that slows compute", 0.1, {
    minimum: 0,
    maximum: 1,
  }),
  stepErrorShare: plainFigure("Error of predicted steps: one standard deviation", 0.083, {
    minimum: 0,
    maximum: 1,
  }),
  bucket: figure("Gradients are joined to buckets of this size", "dataSize", "100 MB"),
  gatherOverlapsForward: flag("Parameters are gathered behind the next forward pass"),
  endpoint: endpointBody,
};

export const softwareBody = group("A software profile", properties, ["endpoint"]);

export const software = file(
  "software",
  "Constants of the software that runs the ops",
  softwareBody,
);
