/** What an importer found, as lines of text. */
import { significant } from "../base/format.ts";
import type { LargeModel } from "../records/large-model.ts";
import { layOut } from "./text-table.ts";

export interface Imported {
  readonly model?: LargeModel;
  readonly counts:
    { readonly parameterCount: number; readonly activeParameterCount: number } | undefined;
  readonly run:
    | {
        readonly layout: readonly string[];
        readonly rankCount?: number;
        readonly unread: readonly string[];
        readonly notes: readonly string[];
      }
    | undefined;
}

export function importedLines({ model, counts, run }: Imported): string[] {
  return [
    ...(model === undefined ? [] : modelLines(model, counts)),
    ...(run === undefined ? [] : ["", `layout: ${run.layout.join(",")}`]),
    ...(run?.rankCount === undefined ? [] : [`accelerators: ${run.rankCount}`]),
    ...(run?.notes ?? []).map((note) => `note: ${note}`),
    ...(run === undefined || run.unread.length === 0
      ? []
      : [`not read, since they move neither: ${run.unread.join(", ")}`]),
  ];
}

function modelLines(model: LargeModel, counts: Imported["counts"]): string[] {
  const billions = (count: number): string => `${significant(count / 1e9, 4)} billion`;
  const { head, rows } = layOut(
    [
      { head: "figure", isKept: true, cell: ({ name }) => name },
      { head: "value", isNumber: true, isKept: true, cell: ({ figure }) => figure },
      { head: "origin", isKept: true, cell: ({ origin }) => origin },
      { head: "from", isKept: true, cell: ({ from }) => from },
    ],
    model.fields,
    400,
  );
  const size =
    counts === undefined
      ? []
      : [
          `${billions(counts.parameterCount)} parameters, ` +
            `${billions(counts.activeParameterCount)} of which a token meets`,
        ];
  return [`${model.name} (${model.modelType})`, ...size, "", head, ...rows];
}
