/** Differences between two fabrics, a line each. */
import type { NamedCable, WiringDifference } from "../records/wiring-difference.ts";

export function differenceLines(difference: WiringDifference): string[] {
  const { missing, surplus, miscabled, sameCount } = difference;
  const cable = ({ from, to, count }: NamedCable): string => `${from} – ${to} (${count})`;
  const sum = (list: readonly { readonly count: number }[]): number =>
    list.reduce((total, { count }) => total + count, 0);
  return [
    `${sameCount} cables as designed, ${sum(missing)} missing, ${sum(surplus)} surplus, ` +
      `${sum(miscabled)} at the wrong end`,
    ...missing.map((one) => `missing: ${cable(one)}`),
    ...surplus.map((one) => `surplus: ${cable(one)}`),
    ...miscabled.map(
      ({ at, designed, found, count }) =>
        `miscabled: ${at} – ${found} (${count}), designed ${at} – ${designed}`,
    ),
  ];
}
