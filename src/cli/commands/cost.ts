/** `cost CLUSTER`: what does owning it cost, and would renting be cheaper? */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { AS_OF_OPTION, JSON_OPTION, PRICES_OPTION } from "../options.ts";
import { REDACT_OPTION, REPORT_OPTION, SET_OPTION } from "../options.ts";

export const cost: Command = {
  names: ["cost", "tco"],
  words: ["cost <cluster>", "tco"],
  describe: "Cost of owning over years: capital, energy, carbon, and rent beside it",
  examples: [
    "fabricast cost h100-fat-tree-2to1 --ranks 256 --site us-average --years 4 --utilization 80%",
    "fabricast cost superpod-h100-4su --site france --interest 6% --json",
    "fabricast cost superpod-h100-1su --site japan --tariff '0.15 USD/(kW hour)'",
    "fabricast cost h100-fat-tree-2to1 --ranks 256 --report md",
  ],
  options: {
    ranks: { type: "string", requiresArg: true, describe: "size; default: the whole cluster" },
    site: { type: "string", default: "us-average", describe: "site: id or file" },
    tariff: {
      ...{ type: "string", requiresArg: true },
      describe: "your price of electricity, such as 0.12 USD/(kW hour); default: the site's",
    },
    years: { type: "string", default: "4", describe: "years of use; 3, 4 and 5 come along" },
    utilization: { type: "string", default: "80%", describe: "share of hours that are of use" },
    interest: { type: "string", requiresArg: true, describe: "a year on capital; default 8%" },
    prices: PRICES_OPTION,
    "as-of": AS_OF_OPTION,
    set: SET_OPTION,
    report: REPORT_OPTION,
    output: { type: "string", alias: "o", requiresArg: true, describe: "folder for the report" },
    "redact-prices": REDACT_OPTION,
    json: JSON_OPTION,
  },
  async handle(flags, words) {
    const { costReport } = await import("../cost-report.ts");
    const { showDocument, writeDocument } = await import("../documents.ts");
    const { costJson, costText } = await import("../../report/cost.ts");
    const { answer, document } = await costReport(flags, words);
    if (!(await showDocument(document, flags))) {
      process.stdout.write(isOn(flags, "json") ? costJson(answer) : costText(answer));
    }
    const folder = text(flags, "output");
    if (folder !== undefined) {
      await writeDocument(document, flags, { folder, stem: "cost", others: [] });
    }
    return 0;
  },
};
