/** A plan for serving, for a terminal and for programs. */
import { duration, fixed, significant } from "../base/format.ts";
import type { ServeAnswer, ServeOption } from "../records/serve-plan.ts";
import { plain } from "./escape.ts";
import { layOut, wrap } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

export function serveJson({ question, model, options, rejected, beware }: ServeAnswer): string {
  const shown = {
    ...{ model, users: question.users },
    basis: `rent (${question.rentKind})`,
    options: options.map((option) => ({
      cluster: `${option.replicas} replicas of ${option.tensorRanks} × ${option.part}, one spare`,
      accelerators: option.acceleratorCount,
      replicas: option.replicas,
      tensorParallel: option.tensorRanks,
      usersPerReplica: option.usersPerReplica,
      batch: option.sequences,
      ttftS: option.ttftS,
      tpotS: option.tpotS,
      tokensPerS: option.tokensPerS,
      usdPerHour: option.usdPerS === undefined ? null : option.usdPerS * 3600,
      usdPerMillionOutputTokens: option.millionTokensUsd ?? null,
      whyNotFirst: option.whyNotFirst,
    })),
    ...{ rejected, beware },
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

const COLUMNS: readonly TextColumn<ServeOption>[] = [
  { head: "part", cell: ({ part }) => part },
  {
    head: "replicas × width + spare",
    isNumber: true,
    cell: ({ replicas, tensorRanks, acceleratorCount }) =>
      `${fixed(replicas)} × ${tensorRanks} + ${tensorRanks} = ${fixed(acceleratorCount)}`,
  },
  { head: "users each", isNumber: true, cell: ({ usersPerReplica }) => fixed(usersPerReplica) },
  { head: "TTFT", isNumber: true, cell: ({ ttftS }) => duration(ttftS) },
  { head: "TPOT", isNumber: true, cell: ({ tpotS }) => duration(tpotS) },
  {
    head: "USD/h",
    isNumber: true,
    cell: ({ usdPerS }) => (usdPerS === undefined ? "?" : fixed(usdPerS * 3600)),
  },
  {
    head: "USD/M tokens",
    isNumber: true,
    cell: ({ millionTokensUsd }) =>
      millionTokensUsd === undefined ? "?" : significant(millionTokensUsd),
  },
];

export function serveText({ question, model, options, rejected, beware }: ServeAnswer): string {
  const table = layOut(COLUMNS, options, 100);
  const head =
    `${model} for ${fixed(question.users)} users, ${fixed(question.promptTokens)} tokens in and ` +
    `${fixed(question.outputTokens)} out; listed rent, ${question.rentKind}`;
  return (
    [
      ...wrap(head, 98),
      table.head,
      ...table.rows,
      ...rejected.map(({ part, why }) => `not ${part}: ${why}`),
      ...beware.flatMap((line) => wrap(`beware: ${line}`, 98)),
    ]
      .map(plain)
      .join("\n") + "\n"
  );
}
