/** A site by id or path, with what its electricity emits. */
import type { SiteFacts } from "../records/ownership.ts";
import type { SiteFile } from "./parts.ts";
import { resolved, siteOf } from "./parts.ts";

export async function readSite(reference: string): Promise<SiteFacts> {
  const { value } = await resolved<SiteFile>("site", "site", reference, {});
  const { country, carbon } = value;
  return {
    ...siteOf(value),
    ...(country === undefined ? {} : { country }),
    ...(carbon === undefined ? {} : { carbonKgPerJ: carbon }),
  };
}
