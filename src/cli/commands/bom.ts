/** `bom CLUSTER`: what do I order, and what does it cost? */
import type { MaterialBill } from "../../records/material.ts";
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { AS_OF_OPTION, JSON_OPTION, PRICES_OPTION, SET_OPTION } from "../options.ts";
import { say } from "../output.ts";

export const bom: Command = {
  names: ["bom", "bill"],
  words: ["bom <cluster>", "bill"],
  describe: "Bill of materials: nodes, cards, switches, optics, cables, racks, with prices",
  examples: [
    "fabricast bom superpod-h100-4su",
    "fabricast bom h100-fat-tree-2to1 --ranks 256 --json",
    "fabricast bom superpod-b200-16su --format csv -o bill.csv",
  ],
  options: {
    ranks: { type: "string", requiresArg: true, describe: "size; default: the whole cluster" },
    prices: PRICES_OPTION,
    "as-of": AS_OF_OPTION,
    "rack-power": { type: "string", requiresArg: true, describe: "what a rack feeds: 44 kW" },
    against: { type: "string", requiresArg: true, describe: "a vendor's quote: a CSV" },
    set: SET_OPTION,
    json: JSON_OPTION,
    format: { choices: ["text", "csv", "json"], default: "text", describe: "form of the bill" },
    output: { type: "string", alias: "o", requiresArg: true, describe: "file to write" },
  },
  async handle(flags) {
    const { readDesign } = await import("../../files/cluster.ts");
    const { answerBill } = await import("../../answers/bill.ts");
    const { billCsv, billJson, billText } = await import("../../report/bill.ts");
    const { asOfFlag, countFlag, quantityFlag } = await import("../flags.ts");
    const { parseSettings } = await import("../settings.ts");
    const { purchasePrices } = await import("../prices.ts");

    const ranks = text(flags, "ranks");
    const rankCount = ranks === undefined ? undefined : countFlag("--ranks", ranks);
    const rackPower = text(flags, "rack-power");
    const rackMaxW =
      rackPower === undefined ? undefined : await quantityFlag("--rack-power", rackPower, "power");
    const design = await readDesign(text(flags, "cluster") ?? "", {
      set: parseSettings(texts(flags, "set")),
    });
    const bill = answerBill(
      {
        design,
        asOf: asOfFlag(text(flags, "as-of")),
        prices: await purchasePrices(text(flags, "prices")),
        ...(rackMaxW === undefined ? {} : { rackMaxW }),
      },
      rankCount,
    );
    const quote = text(flags, "against");
    if (quote !== undefined) return against(quote, bill, isOn(flags, "json"));
    const format = isOn(flags, "json") ? "json" : text(flags, "format");
    const written =
      format === "json" ? billJson(bill) : format === "csv" ? await billCsv(bill) : billText(bill);
    const path = text(flags, "output");
    if (path === undefined) {
      process.stdout.write(written);
      return 0;
    }
    const { writeText } = await import("../../files/write.ts");
    await writeText(path, written);
    say(`wrote ${path}`);
    return 0;
  },
};

/** What a quote lacks, has too much of, or has that does not fit; 1 where it cannot work. */
async function against(path: string, bill: MaterialBill, asJson: boolean): Promise<number> {
  const { readQuote } = await import("../../files/quote-file.ts");
  const { answerQuote } = await import("../../answers/quote.ts");
  const { quoteJson, quoteText } = await import("../../report/quote.ts");
  const answer = answerQuote(bill, await readQuote(path));
  process.stdout.write(asJson ? quoteJson(answer) : quoteText(answer));
  return answer.findings.some(({ kind }) => kind === "incompatible") ? 1 : 0;
}
