/** The reader's own price list, as the commands about money take it. */
import type { Sourced } from "../records/sourced.ts";

/** What parts are bought for; rents in the same file are left to the rent side. */
export async function purchasePrices(
  path: string | undefined,
): Promise<ReadonlyMap<string, Sourced>> {
  const prices = new Map<string, Sourced>();
  if (path === undefined) return prices;
  const { readPrices } = await import("../files/price-file.ts");
  for (const { sku, kind, priceUsd } of await readPrices(path)) {
    if (kind === "purchase") prices.set(sku, priceUsd);
  }
  return prices;
}
