/** Version of the product and date of the parts and prices it ships. A test holds them. */

/** Equal to package.json. */
export const VERSION = "0.1.0";

/** Date of the newest figure in topologies/: the default of `asOf`. */
export const CATALOG_DATE = "2026-11-24";
