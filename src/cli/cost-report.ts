/** `cost` by its flags: the answer, and its report. */
import { answerCost } from "../answers/cost.ts";
import { readDesign } from "../files/cluster.ts";
import { readSite } from "../files/site.ts";
import type { OwnershipAnswer } from "../records/ownership.ts";
import { costDocument } from "../report/cost-document.ts";
import type { Sourced } from "../records/sourced.ts";
import type { ReportDocument } from "../report/document.ts";
import { text, texts } from "./command.ts";
import { asOfFlag, countFlag, quantityFlag, shareFlag } from "./flags.ts";
import { purchasePrices, rentPrices } from "./prices.ts";
import { parseSettings } from "./settings.ts";
import { shownWords } from "./words.ts";

type Flags = Readonly<Record<string, unknown>>;

export async function costReport(
  flags: Flags,
  words: readonly string[],
): Promise<{ readonly answer: OwnershipAnswer; readonly document: ReportDocument }> {
  const ranks = text(flags, "ranks");
  const interest = text(flags, "interest");
  const utilization = shareFlag("--utilization", text(flags, "utilization") ?? "", "above zero");
  const yearCount = countFlag("--years", text(flags, "years") ?? "", 50);
  const path = text(flags, "prices");
  const asOf = asOfFlag(text(flags, "as-of"));
  const answer = answerCost({
    design: await readDesign(text(flags, "cluster") ?? "", {
      set: parseSettings(texts(flags, "set")),
    }),
    site: await readSite(text(flags, "site") ?? "", await tariffOf(text(flags, "tariff"))),
    ...{ yearCount, utilization, asOf },
    ...(ranks === undefined ? {} : { rankCount: countFlag("--ranks", ranks) }),
    ...(interest === undefined ? {} : { interestShare: shareFlag("--interest", interest) }),
    prices: await purchasePrices(path),
    rents: await rentPrices(path),
  });
  return { answer, document: costDocument(answer, asOf, shownWords(words)) };
}

/** The price of the buyer's own contract. */
async function tariffOf(given: string | undefined): Promise<Sourced | undefined> {
  if (given === undefined) return undefined;
  const value = await quantityFlag("--tariff", given, "energyPrice");
  return { value, source: "--tariff", date: "", provenance: "yours" };
}
