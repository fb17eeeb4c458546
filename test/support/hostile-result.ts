/** A whole result in which every name and text is the same hostile one. */
import type { CompareResult, PointRow } from "../../src/records/result.ts";
import { COMPARE } from "./sample-result.ts";

export function hostileResult(name: string): CompareResult {
  const row = (one: PointRow): PointRow => ({
    ...one,
    clusterName: name,
    model: name,
    limit: { ...one.limit, id: name },
    collectives: one.collectives.map((call) => ({ ...call, algorithm: name })),
  });
  return {
    ...COMPARE,
    id: name,
    question: name,
    answer: { ...COMPARE.answer, sentence: name, beware: [name] },
    catalog: name,
    assumptions: COMPARE.assumptions.map((one) => ({ ...one, name, source: name, note: name })),
    next: [name, name],
    reproduce: name,
    clusters: COMPARE.clusters.map((one) => ({ ...one, name, summary: name, accelerator: name })),
    rows: COMPARE.rows.map(row),
    whatIfs: COMPARE.whatIfs.map((one) => ({ name, finding: name, rows: one.rows.map(row) })),
    replays: COMPARE.replays.map(row),
    sensitivities: COMPARE.sensitivities.map((one) => ({ ...one, name })),
    bills: COMPARE.bills.map((bill) => ({
      ...bill,
      lines: bill.lines.map((line) => ({ ...line, name })),
    })),
    costs: COMPARE.costs.map((table) => ({ ...table, included: [name], notIncluded: [name] })),
    drawings: COMPARE.drawings.map((one) => ({ ...one, name, loadOf: name })),
    measurementFile: name,
  };
}
