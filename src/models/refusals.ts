/** Models and layouts that do not go together, refused by name. */
import { Refusal } from "../base/errors.ts";
import type { ModelSpec } from "../records/trace.ts";
import type { Groups } from "../tensor/communicator.ts";
import type { Layout } from "./layout.ts";

export function refuseLayout(spec: ModelSpec, { groups, stages }: Layout): void {
  if (spec.family === "mlp") {
    const why = "reads vectors, not tokens";
    refuseGroup(spec, groups, "context", why);
    refuseGroup(spec, groups, "expert", "has no experts");
    const least = spec.widths.reduce((width, next) => Math.min(width, next), Infinity);
    const ranks = groups.tensor.rankCount;
    if (ranks > least) refuseNarrow(spec, ranks, least);
    if ((stages ?? []).length > 1) refuseGroup(spec, groups, "pipeline", "has no stages to spare");
    return;
  }
  const { id, hiddenSize, headCount } = spec;
  refuse("headCount", headCount, "heads", hiddenSize, `the hidden size ${hiddenSize} of ${id}`);
  const tensor = groups.tensor.rankCount;
  const ranks = `${tensor} tensor-parallel ranks`;
  refuseDegree("tensor", tensor, ranks, headCount, `the ${headCount} heads of ${id}`);
  if (spec.family === "gpt" || spec.family === "bert") {
    refuseGroup(spec, groups, "expert", "has no experts");
    return;
  }
  const { keyValueHeadCount: shared, feedForwardSize: width } = spec;
  refuse("keyValueHeadCount", shared, "key-value heads", headCount, `${headCount} heads of ${id}`);
  refuseDegree("tensor", tensor, ranks, shared, `the ${shared} key-value heads of ${id}`);
  refuseDegree("tensor", tensor, ranks, width, `the feed-forward width ${width} of ${id}`);
  if (hiddenSize % (2 * headCount) !== 0) refuseOddHeads(hiddenSize / headCount, id);
  if (spec.family === "llama") {
    refuseGroup(spec, groups, "expert", "has no experts");
    return;
  }
  const { expertCount } = spec;
  const experts = groups.expert.rankCount;
  const each = `the ${expertCount} experts of ${id}`;
  refuseDegree("expert", experts, `${experts} expert-parallel ranks`, expertCount, each);
}

function refuse(field: string, part: number, parts: string, whole: number, wholes: string): void {
  if (whole % part === 0) return;
  throw new Refusal({
    code: "does-not-divide",
    pointer: `/model/${field}`,
    found: `${part} ${parts} for ${wholes}`,
    expected: `a number of ${parts} that divides it`,
    nextStep: `change ${field}`,
  });
}

function refuseDegree(
  degree: "tensor" | "expert",
  count: number,
  ranks: string,
  whole: number,
  wholes: string,
): void {
  if (whole % count === 0) return;
  throw new Refusal({
    code: "does-not-divide",
    pointer: `/${degree}`,
    found: `${ranks} for ${wholes}`,
    expected: "a number of ranks that divides them",
    nextStep: `take another degree of ${degree} parallelism`,
  });
}

function refuseGroup(
  { family, id }: ModelSpec,
  groups: Groups,
  group: "context" | "expert" | "tensor" | "pipeline",
  why: string,
): void {
  const { rankCount } = groups[group];
  if (rankCount === 1) return;
  throw new Refusal({
    code: "cannot-be-split",
    pointer: `/${group}`,
    found: `${rankCount} ${group}-parallel ranks for ${id}, a ${family}, which ${why}`,
    expected: `no ${group} parallelism`,
    nextStep: "take another way of dividing the work",
  });
}

function refuseNarrow({ id }: ModelSpec, ranks: number, least: number): never {
  throw new Refusal({
    code: "does-not-divide",
    pointer: "/tensor",
    found: `${ranks} tensor-parallel ranks for layers of ${least} columns in ${id}`,
    expected: `at most ${least} ranks`,
    nextStep: "take another degree of tensor parallelism",
  });
}

function refuseOddHeads(headSize: number, id: string): never {
  throw new Refusal({
    code: "does-not-divide",
    pointer: "/model/headCount",
    found: `heads of ${headSize} columns in ${id}`,
    expected: "an even number of columns, since positions turn them in pairs",
    nextStep: "change headCount or hiddenSize",
  });
}
