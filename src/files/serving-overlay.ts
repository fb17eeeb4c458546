/** Runs of serving as JSON, and what `calibrate` wrote of them: named constants, as JSON. */
import type { ServingOverlay } from "../records/serving.ts";
import type { CsvRow } from "./csv.ts";
import { readCsv } from "./csv.ts";
import { readDocument } from "./document.ts";
import { refuse, shown } from "./issue.ts";
import { isGroup } from "./walk.ts";

const KIND = "fabricast serving calibration";

export async function readServingOverlay(path: string): Promise<ServingOverlay> {
  const document = await readDocument(path);
  const { data } = document;
  if (isGroup(data) && data["kind"] === KIND && isGroup(data["constants"])) {
    for (const [name, factor] of Object.entries(data["constants"])) {
      if (typeof factor === "number" && factor > 0 && factor < 100) continue;
      refuse(document.place(`/constants/${name}`, "value"), {
        ...{ code: "out-of-range", found: shown(factor), expected: "a factor above 0" },
        nextStep: "write the file anew with `fabricast calibrate`",
      });
    }
    return data as unknown as ServingOverlay;
  }
  return refuse(document.place("", "value"), {
    code: "unknown-kind",
    found: shown(data),
    expected: `a file that says kind: "${KIND}"`,
    nextStep: "write one with `fabricast calibrate --from serving:FILE.json --out FILE.json`",
  });
}

/** A list of runs, or `{"runs": [...]}`, with the columns of a table of inference; or the CSV. */
export async function readServingRuns(path: string): Promise<readonly CsvRow[]> {
  if (path.endsWith(".csv")) return (await readCsv(path)).rows;
  const document = await readDocument(path);
  const { data } = document;
  const runs: unknown = isGroup(data) ? (data["runs"] ?? data["rows"] ?? [data]) : data;
  if (!Array.isArray(runs) || runs.length === 0) {
    return refuse(document.place("", "value"), {
      ...{ code: "wrong-type", found: shown(data), expected: "a list of runs, one at least" },
      nextStep: 'write [{"model": "Llama-3.1-70B", "gpu": "H100", "gpus": 8, "isl": 1000, …}]',
    });
  }
  return runs.map((run: unknown, i) => {
    const place = document.place(`/${i}`, "value");
    if (isGroup(run) && ["isl", "osl", "gpus"].every((name) => name in run)) {
      return Object.fromEntries(Object.entries(run).map(([name, value]) => [name, cellOf(value)]));
    }
    return refuse(place, {
      ...{ code: "missing-key", found: shown(run), expected: "model, gpu, gpus, isl and osl" },
      nextStep: "name what ran as the columns of scenarios/validation/inference.csv do",
    });
  });
}

const cellOf = (value: unknown): string =>
  typeof value === "number" || typeof value === "string" ? String(value) : "";
