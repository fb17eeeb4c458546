/** When a host can be there. No lead time means unknown, which is never taken for available. */
import { InfeasibleError } from "../base/errors.ts";
import type { PlanQuestion } from "../records/plan.ts";

type Asked = Pick<PlanQuestion, "asOf" | "delivery">;

/** "by 2027-03-01", counted from the day of the prices with the longest lead time; or why not. */
export function availabilityOf({ asOf, delivery }: Asked, hostId: string): string {
  if (delivery === undefined) return "unknown";
  const { by, region, leadTimes } = delivery;
  const told = leadTimes.find((one) => one.hostId === hostId && one.region === region);
  if (told === undefined) return `lead time in ${region} unknown`;
  const from = `${told.source}, ${told.date}`;
  const day = new Date(Date.parse(asOf) + told.mostS * 1000).toISOString().slice(0, 10);
  return day <= by ? `by ${day} (${from})` : `there on ${day} at the latest (${from})`;
}

/** Exit 4: nothing is there in time. */
export function undelivered({ asOf, delivery }: Asked): InfeasibleError {
  const { by = "", region = "", leadTimes = [] } = delivery ?? {};
  const here = leadTimes.filter((one) => one.region === region);
  const soonest = here.toSorted((a, b) => a.mostS - b.mostS)[0];
  const next =
    soonest === undefined
      ? "give lead times with --lead-times FILE; unknown is not taken for available"
      : `smallest relaxation: the soonest is ${soonest.hostId}, ` +
        availabilityOf({ asOf, delivery: { by: "9999", region, leadTimes } }, soonest.hostId);
  return new InfeasibleError(
    `nothing priced is known to be in ${region} by ${by}; ${next} [infeasible]`,
  );
}
