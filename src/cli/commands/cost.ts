/** `cost CLUSTER`: what does owning it cost, and would renting be cheaper? */
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import type { Sourced } from "../../records/sourced.ts";
import { AS_OF_OPTION, JSON_OPTION, PRICES_OPTION, SET_OPTION } from "../options.ts";

export const cost: Command = {
  names: ["cost", "tco"],
  words: ["cost <cluster>", "tco"],
  describe: "Cost of owning over years: capital, energy, carbon, and rent beside it",
  examples: [
    "fabricast cost h100-fat-tree-2to1 --ranks 256 --site us-average --years 4 --utilization 80%",
    "fabricast cost superpod-h100-4su --site france --interest 6% --json",
    "fabricast cost superpod-h100-1su --site japan --tariff '0.15 USD/(kW hour)'",
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
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { answerCost } = await import("../../answers/cost.ts");
    const { readDesign } = await import("../../files/cluster.ts");
    const { readSite } = await import("../../files/site.ts");
    const { costJson, costText } = await import("../../report/cost.ts");
    const { asOfFlag, countFlag, shareFlag } = await import("../flags.ts");
    const { purchasePrices, rentPrices } = await import("../prices.ts");
    const { parseSettings } = await import("../settings.ts");

    const ranks = text(flags, "ranks");
    const interest = text(flags, "interest");
    const utilization = shareFlag("--utilization", text(flags, "utilization") ?? "", "above zero");
    const yearCount = countFlag("--years", text(flags, "years") ?? "", 50);
    const path = text(flags, "prices");
    const answer = answerCost({
      design: await readDesign(text(flags, "cluster") ?? "", {
        set: parseSettings(texts(flags, "set")),
      }),
      site: await readSite(text(flags, "site") ?? "", await tariffOf(text(flags, "tariff"))),
      ...{ yearCount, utilization },
      asOf: asOfFlag(text(flags, "as-of")),
      ...(ranks === undefined ? {} : { rankCount: countFlag("--ranks", ranks) }),
      ...(interest === undefined ? {} : { interestShare: shareFlag("--interest", interest) }),
      prices: await purchasePrices(path),
      rents: await rentPrices(path),
    });
    process.stdout.write(isOn(flags, "json") ? costJson(answer) : costText(answer));
    return 0;
  },
};

/** The price of the buyer's own contract. */
async function tariffOf(given: string | undefined): Promise<Sourced | undefined> {
  if (given === undefined) return undefined;
  const { quantityFlag } = await import("../flags.ts");
  const value = await quantityFlag("--tariff", given, "energyPrice");
  return { value, source: "--tariff", date: "", provenance: "yours" };
}
