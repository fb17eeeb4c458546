/** `catalog list|show|check`: which figures do the answers rest on? */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { AS_OF_OPTION, JSON_OPTION, PRICES_OPTION } from "../options.ts";
import type { CatalogFigure } from "../../records/catalog.ts";
import { UsageError } from "../../base/errors.ts";

export const catalog: Command = {
  names: ["catalog", "catalogue"],
  words: ["catalog <action> [id] [other]", "catalogue"],
  describe: "List what is known of parts and sites, show one with its sources, or check ages",
  examples: [
    "fabricast catalog list",
    "fabricast catalog show b200-sxm",
    "fabricast catalog show reliability-llama-3",
    "fabricast catalog diff h100-sxm h200-sxm",
    "fabricast catalog check --as-of 2027-01-01",
  ],
  options: {
    "as-of": AS_OF_OPTION,
    prices: PRICES_OPTION,
    json: JSON_OPTION,
  },
  async handle(flags) {
    const action = text(flags, "action") ?? "";
    const id = text(flags, "id");
    if (action === "show" && id === undefined) {
      throw new UsageError("catalog show takes the id of a part; `fabricast catalog list`");
    }
    const { asOfFlag } = await import("../flags.ts");
    const asOf = asOfFlag(text(flags, "as-of"));
    if (action === "list") return list(flags, asOf);
    if (action === "check") return check(flags, asOf);
    if (action === "show") return show(flags, id ?? "", asOf);
    if (action === "diff") return diff(flags, id ?? "", text(flags, "other") ?? "");
    throw new UsageError(`catalog takes list, show, diff or check, not "${action}"`);
  },
};

type Flags = Readonly<Record<string, unknown>>;

const parts = async (flags: Flags, isWhole: boolean) => {
  const { readCatalog, readCatalogHeads } = await import("../../files/catalog.ts");
  const { withOwnPrices } = await import("../../answers/catalog.ts");
  const { purchasePrices } = await import("../prices.ts");
  const read = isWhole ? await readCatalog() : await readCatalogHeads();
  return withOwnPrices(read, await purchasePrices(text(flags, "prices")));
};

async function list(flags: Flags, asOf: string): Promise<number> {
  const { chosenPrice, isOldPrice } = await import("../../answers/catalog.ts");
  const { catalogText, partShown } = await import("../../report/catalog.ts");
  const shown = await parts(flags, isOn(flags, "json"));
  if (isOn(flags, "json")) return json({ asOf, parts: shown.map((part) => partShown(part)) });
  const listed = shown.map((part) => {
    const price = chosenPrice(part);
    if (price === undefined) return { part, isOld: false };
    return { part, price, isOld: isOldPrice(price, asOf) };
  });
  process.stdout.write(catalogText(listed));
  return 0;
}

async function check(flags: Flags, asOf: string): Promise<number> {
  const { checkCatalog } = await import("../../answers/catalog.ts");
  const { printable } = await import("../../base/printable.ts");
  const found = checkCatalog(await parts(flags, true), asOf);
  if (isOn(flags, "json")) return json(found);
  const { partCount, figureCount } = found;
  const head = `${partCount} parts and subjects, ${figureCount} figures, each with its source`;
  const lines = [head, ...found.findings].map((line) => printable(line.replaceAll("\u00a0", " ")));
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

async function show(flags: Flags, id: string, asOf: string): Promise<number> {
  const { readCatalogPart } = await import("../../files/catalog.ts");
  const { ageOf, withOwnPrices } = await import("../../answers/catalog.ts");
  const { purchasePrices } = await import("../prices.ts");
  const { partShown, partText } = await import("../../report/catalog.ts");
  const prices = await purchasePrices(text(flags, "prices"));
  for (const part of withOwnPrices([await readCatalogPart(id)], prices)) {
    const age = (figure: CatalogFigure): number | undefined => ageOf(figure, asOf);
    if (isOn(flags, "json")) return json(partShown(part, age));
    process.stdout.write(partText(part, age));
  }
  return 0;
}

/** Figures of two parts side by side, those alone in one included. */
async function diff(flags: Flags, id: string, other: string): Promise<number> {
  if (id === "" || other === "") throw new UsageError("catalog diff takes the ids of two parts");
  const { readCatalogPart } = await import("../../files/catalog.ts");
  const { catalogDifference } = await import("../../answers/catalog.ts");
  const { printable } = await import("../../base/printable.ts");
  const rows = catalogDifference(await readCatalogPart(id), await readCatalogPart(other));
  if (isOn(flags, "json")) return json({ from: id, to: other, rows });
  const lines = rows.map(({ pointer, from, to, change }) =>
    printable(`${pointer}: ${from} → ${to}${change}`.replaceAll("\u00a0", " ")),
  );
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

function json(shown: unknown): number {
  process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  return 0;
}
