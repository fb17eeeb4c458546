/** `results.html` beside a sweep's other results: one file to look through and to mail. */
import { basename, join } from "node:path";
import { shellQuoted } from "../base/shell.ts";
import { CATALOG_DATE, VERSION } from "../base/version.ts";
import type { Sweep, SweepSummary } from "../records/sweep.ts";

/** The summary with the page among its files. */
export async function withPage(
  sweep: Sweep,
  file: string,
  summary: SweepSummary,
): Promise<SweepSummary> {
  const { sweepView } = await import("../sweeps/view.ts");
  const { sweepPage } = await import("../report/html/sweep.ts");
  const { writeAll } = await import("../files/write.ts");
  const path = join(summary.folder, "results.html");
  const text = await sweepPage({
    view: await sweepView(sweep, summary.folder),
    ...{ asOf: sweep.asOf, catalog: CATALOG_DATE, version: VERSION },
    // The name alone: the same bytes from wherever it was run.
    reproduce: `npx fabricast sweep ${shellQuoted(basename(file))} -o DIR`,
  });
  await writeAll([{ path, text }]);
  return { ...summary, files: [...summary.files, path] };
}
