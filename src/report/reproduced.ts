/** What asking a report's question again gave, for a terminal and for programs. */
import { fixed } from "../base/format.ts";
import { plain } from "./escape.ts";

interface Made {
  readonly fabricast: string;
  readonly catalog: string;
}

export interface ReproducedTold {
  readonly path: string;
  readonly stored: Made;
  readonly fresh: Made;
  readonly found: {
    readonly equalCount: number;
    readonly moved: readonly {
      readonly pointer: string;
      readonly was: string;
      readonly is: string;
    }[];
    readonly hidden: readonly string[];
  };
}

export function reproducedJson({ stored, fresh, found }: ReproducedTold): string {
  const made = ({ fabricast, catalog }: Made) => ({ fabricast, catalog });
  const shown = {
    same: found.moved.length === 0,
    equal: found.equalCount,
    differs: found.moved,
    notChecked: found.hidden,
    report: made(stored),
    here: made(fresh),
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

const SHOWN = 20;

export function reproducedText({ path, stored, fresh, found }: ReproducedTold): string {
  const { equalCount, moved, hidden } = found;
  const by = ({ fabricast, catalog }: Made): string => `fabricast ${fabricast}, catalog ${catalog}`;
  const lines = [
    moved.length === 0
      ? `${path}: reproduced, ${fixed(equalCount)} values equal`
      : `${path}: ${fixed(moved.length)} values differ, ${fixed(equalCount)} are equal`,
    `report by ${by(stored)}; asked again by ${by(fresh)}`,
    ...moved
      .slice(0, SHOWN)
      .map(
        ({ pointer, was, is }) =>
          `differs: ${pointer}: ${short(was)} in the report, ${short(is)} now`,
      ),
    ...(moved.length > SHOWN ? [`and ${fixed(moved.length - SHOWN)} more; --json has all`] : []),
    ...(hidden.length === 0
      ? []
      : [`not checked: ${fixed(hidden.length)} values that are redacted in the report`]),
  ];
  return `${lines.map(plain).join("\n")}\n`;
}

const LONGEST = 60;

const short = (value: string): string =>
  value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
