/** A site by id or path, with what its electricity emits. */
import type { SiteFacts } from "../records/ownership.ts";
import type { Sourced } from "../records/sourced.ts";
import type { SiteFile } from "./parts.ts";
import { resolved, siteOf } from "./parts.ts";

/** `tariff` stands before the site's own price of electricity. */
export async function readSite(reference: string, tariff?: Sourced): Promise<SiteFacts> {
  const { value } = await resolved<SiteFile>("site", "site", reference, {});
  const { country, carbon } = value;
  return {
    ...siteOf(value, tariff),
    ...(country === undefined ? {} : { country }),
    ...(carbon === undefined ? {} : { carbonKgPerJ: carbon }),
  };
}
