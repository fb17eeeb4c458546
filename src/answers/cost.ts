/** `cost`: what owning a cluster costs over years at a site, beside renting it. */
import { ownership } from "../cost/ownership.ts";
import type { OwnPrices } from "../cost/materials.ts";
import type { Design, Rent } from "../records/cluster.ts";
import type { OwnershipAnswer, SiteFacts } from "../records/ownership.ts";
import type { Sourced } from "../records/sourced.ts";
import { answerBill } from "./bill.ts";

export interface CostRequest {
  readonly design: Design;
  readonly rankCount?: number;
  readonly site: SiteFacts;
  readonly yearCount: number;
  readonly utilization: number;
  /** Interest a year; a default of ours where none is given. */
  readonly interestShare?: number;
  /** Day on which prices are judged. */
  readonly asOf: string;
  readonly prices?: OwnPrices;
  /** The reader's own price by the hour of an accelerator, by its id. */
  readonly rents?: ReadonlyMap<string, Rent>;
}

const INTEREST: Sourced = {
  value: 0.08,
  source: "a usual cost of capital; give yours with --interest",
  date: "",
  provenance: "assumed",
};

export function answerCost(request: CostRequest): OwnershipAnswer {
  const { site, utilization, yearCount, interestShare, rankCount } = request;
  const design = withOwnRent(request);
  const prices = request.prices === undefined ? {} : { prices: request.prices };
  return ownership({
    ...{ design, site, utilization, yearCount },
    bill: answerBill({ design, asOf: request.asOf, ...prices }, rankCount),
    interestShare:
      interestShare === undefined
        ? INTEREST
        : { value: interestShare, source: "given", date: "", provenance: "yours" },
  });
}

/** The reader's own rent stands before the listed ones. */
export function withOwnRent({ design, rents }: Pick<CostRequest, "design" | "rents">): Design {
  const { accelerator } = design.node;
  const own = accelerator === undefined ? undefined : rents?.get(accelerator.id);
  if (accelerator === undefined || own === undefined) return design;
  const changed = { ...accelerator, rents: [own, ...accelerator.rents] };
  return { ...design, node: { ...design.node, accelerator: changed } };
}
