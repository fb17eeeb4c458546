/**
 * Plain data parallelism: every rank holds all parameters of its part of the model, and gradients
 * are added up bucket by bucket while backward still runs.
 */
import { nowS } from "../../files/clock.ts";
import type { Parameters } from "../../tensor/parameters.ts";
import type { Team } from "../team.ts";
import type { Pending } from "../wires/communicator.ts";
import { bucketsOf } from "./buckets.ts";
import { isCounted, worldSum } from "./norm.ts";
import { Readiness } from "./readiness.ts";
import type { Sync } from "./sync.ts";

export function replicated(parameters: Parameters, team: Team): Sync {
  const buckets = team.without === "data" ? [] : bucketsOf(parameters.list, team);
  let pending: Pending[] = [];
  const readiness = new Readiness(buckets, ({ start, elementCount, group }) => {
    const gradients = parameters.gradients.subarray(start, start + elementCount);
    pending.push(group.startAllReduce(gradients));
  });
  return {
    block: parameters,
    parameterBytes: parameters.data.byteLength,
    gradientBytes: parameters.gradients.byteLength,
    beginStep() {
      parameters.clearGradients();
      readiness.beginStep();
    },
    touched: (parameter) => readiness.touched(parameter),
    finish() {
      readiness.finish();
      const startS = nowS();
      const exchangeS = pending.reduce((sum, each) => sum + each.finish(), 0);
      pending = [];
      return { exchangeS, waitedS: Math.min(nowS() - startS, exchangeS) };
    },
    share: () => undefined,
    squaredNorm(squares) {
      const counted = parameters.list.filter((parameter) => isCounted(parameter, team));
      if (counted.length === parameters.list.length) {
        return worldSum(team, squares(parameters.gradients));
      }
      return worldSum(
        team,
        counted.reduce((sum, { gradient }) => sum + squares(gradient), 0),
      );
    },
    whole: (blockLike) => blockLike,
    take: (whole, blockLike) => blockLike.set(whole),
  };
}
