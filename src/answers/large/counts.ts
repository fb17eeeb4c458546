/** Parameters of a model, in all and as one token meets them. */
import type { LargeModel } from "../../records/large-model.ts";
import { activeParameterCount, modelParameterCount } from "../../workload/dense/model-size.ts";

export interface ModelCounts {
  readonly parameterCount: number;
  readonly activeParameterCount: number;
}

export function modelCounts(model: LargeModel): ModelCounts {
  return {
    parameterCount: modelParameterCount(model),
    activeParameterCount: activeParameterCount(model),
  };
}
