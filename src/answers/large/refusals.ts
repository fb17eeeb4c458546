/** Why a layout of a large model cannot run: what breaks a rule, or what is over and ways out. */
import { Refusal } from "../../base/errors.ts";
import { bytes, percent } from "../../base/format.ts";
import type { LayoutRequest, Remedy } from "../../records/large-step.ts";
import { layoutProblems } from "../../workload/layout-legal.ts";
import type { Evaluated, LargeCase } from "./evaluate.ts";
import { denseLayoutOf } from "./setting.ts";

export function refuseIllegal(
  { model, part, rankCount }: LargeCase,
  request: Required<LayoutRequest>,
): void {
  const problems = layoutProblems({
    ...{ model: model.shape, part, rankCount, contextTokens: model.contextTokens },
    layout: denseLayoutOf(request),
  });
  const [first, ...others] = problems;
  if (first === undefined) return;
  const also = others.map(({ found, nextStep }) => `${found}: ${nextStep}`);
  throw new Refusal({
    code: first.code,
    pointer: `/layout/${first.key}`,
    found: first.found,
    expected: first.expected,
    nextStep: [first.nextStep, ...also].join("; also "),
  });
}

export function refuseMemory(base: Evaluated, ways: readonly Remedy[]): void {
  const fullest = base.memory.find(({ totalBytes }) => totalBytes === base.memoryBytes);
  if (fullest === undefined) return;
  const { rankClass, parts, totalBytes, capacityBytes } = fullest;
  const largest = [...parts].sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, 3);
  const said = largest.map(({ name, sizeBytes }) => `${name} ${bytes(sizeBytes)}`).join(", ");
  const three = ways.slice(0, 3).map(({ change, fits: does, stepTimeRatio }) => {
    const cost = stepTimeRatio >= 1 ? `${percent(stepTimeRatio - 1)} slower` : "no slower";
    return `${change} (${does ? "fits" : "not yet enough"}, ${cost})`;
  });
  const otherwise = "more accelerators, more memory, or a smaller model";
  throw new Refusal({
    code: "does-not-fit",
    pointer: "/layout",
    found:
      `${bytes(totalBytes)} on a rank of the ${rankClass} (${said}), ` +
      `${bytes(totalBytes - capacityBytes)} too much`,
    expected: `at most the ${bytes(capacityBytes)} of the accelerator`,
    nextStep: three.length > 0 ? `ways out: ${three.join("; ")}` : `take ${otherwise}`,
  });
}
