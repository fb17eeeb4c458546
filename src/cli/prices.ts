/** The reader's own price list, as the commands about money take it. */
import type { Rent } from "../records/cluster.ts";
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

/** What an accelerator is rented for by the hour, by its id. */
export async function rentPrices(path: string | undefined): Promise<ReadonlyMap<string, Rent>> {
  const rents = new Map<string, Rent>();
  if (path === undefined) return rents;
  const { readPrices } = await import("../files/price-file.ts");
  for (const { sku, kind, priceUsd } of await readPrices(path)) {
    if (kind === "purchase" || rents.has(sku)) continue;
    rents.set(sku, { kind, usdPerS: { ...priceUsd, value: priceUsd.value / 3600 } });
  }
  return rents;
}
