/** Requests recorded somewhere: a CSV with a row each, by the columns that public traces use. */
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import type { RecordedRequest } from "../records/serving.ts";
import { csvRows } from "./csv-rows.ts";
import { issueAt, listed, refuse, shown } from "./issue.ts";
import { readText } from "./read.ts";

const COLUMNS: Readonly<Record<"arrival" | "prompt" | "output" | "cached", RegExp>> = {
  arrival: /^(arrival|timestamp|time|arrived_at)(_(ms|s))?$/,
  prompt: /^(isl|input_tokens|input_length|prompt_tokens|num_prefill_tokens|contexttokens)$/,
  output: /^(osl|output_tokens|output_length|generatedtokens|num_decode_tokens)$/,
  cached: /^(cached_tokens|prefix_tokens)$/,
};
const MOST_ISSUES = 20;

export async function readRequestTrace(path: string): Promise<RecordedRequest[]> {
  const [head, ...rows] = csvRows(path, await readText(path));
  const names = head?.cells.map((name) => name.trim().toLowerCase().replaceAll(" ", "_")) ?? [];
  const column = (kind: keyof typeof COLUMNS) => names.findIndex((n) => COLUMNS[kind].test(n));
  const places = { arrival: column("arrival"), prompt: column("prompt"), output: column("output") };
  const missing = Object.entries(places).filter(([, index]) => index === -1);
  if (missing.length > 0 || rows.length === 0) {
    refuse(
      { file: path, line: 1, column: 1, pointer: "" },
      {
        code: "not-a-request-trace",
        found: rows.length === 0 ? "no requests" : `columns ${listed(names)}`,
        expected: "arrival_s (or _ms), input_tokens, output_tokens, and cached_tokens if known",
        nextStep: "name the columns so",
      },
    );
  }
  const inMilliseconds = names[places.arrival]?.endsWith("_ms") === true;
  const cached = column("cached");
  const issues: Issue[] = [];
  const requests = rows.map(({ cells, line }): RecordedRequest => {
    const cell = (index: number, least: number): number => {
      const word = cells[index] ?? "";
      const value = word === "" ? Number.NaN : Number(word);
      const isFine = Number.isFinite(value) && value >= least;
      if (!isFine && issues.length < MOST_ISSUES) {
        const place = { file: path, line, column: 1, pointer: "" };
        const expected = `a number from ${least} on`;
        const complaint = { code: "not-a-number", found: shown(word), expected };
        issues.push(issueAt(place, { ...complaint, nextStep: "correct the row" }));
      }
      return isFine ? value : least;
    };
    const promptTokens = cell(places.prompt, 1);
    return {
      arrivalS: cell(places.arrival, 0) / (inMilliseconds ? 1000 : 1),
      promptTokens,
      outputTokens: Math.round(cell(places.output, 1)),
      cachedTokens: cached === -1 ? 0 : Math.min(promptTokens - 1, cell(cached, 0)),
    };
  });
  if (issues.length > 0) throw new InputError(issues);
  return requests.toSorted((a, b) => a.arrivalS - b.arrivalS);
}
