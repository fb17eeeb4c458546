/** Version of the product and date of the parts and prices it ships. A test holds them. */

/** Equal to package.json. */
export const VERSION = "0.1.0";

/**
 * Date at which the shipped parts and prices were looked up; `asOf` of questions that give
 * none. No source in the shipped files is younger (a test compares).
 */
export const CATALOG_DATE = "2026-11-23";
