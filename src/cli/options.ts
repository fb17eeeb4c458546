/** Options that several commands share, worded once. */
import type { Options } from "yargs";
import { CATALOG_DATE } from "../base/version.ts";

export const JSON_OPTION: Options = {
  type: "boolean",
  describe: "print the result as JSON on stdout",
};
export const COLOR_OPTION: Options = {
  type: "boolean",
  default: true,
  describe: "--no-color prints without color",
};
export const OUT_OPTION: Options = {
  type: "string",
  default: "reports/out",
  describe: "folder that the reports are written to",
};
export const FORMAT_OPTION: Options = {
  type: "array",
  string: true,
  choices: ["html", "csv", "json", "md"],
  describe: "reports to write",
};
export const SET_OPTION: Options = {
  type: "array",
  string: true,
  requiresArg: true,
  describe: "change an input: path=value, e.g. job.globalBatch=2048 (may be repeated)",
};
export const CLUSTER_OPTION: Options = {
  type: "string",
  requiresArg: true,
  demandOption: true,
  describe: "cluster: an id in topologies/clusters, or a file",
};
export const SAVE_OPTION: Options = {
  type: "string",
  requiresArg: true,
  describe: "write the question as a file instead of answering by flags alone",
};
export const PRICES_OPTION: Options = {
  type: "string",
  requiresArg: true,
  describe: "your own prices: a CSV with sku,price,currency,kind,date,source",
};
export const AS_OF_OPTION: Options = {
  type: "string",
  requiresArg: true,
  describe: `day on which prices are judged; default ${CATALOG_DATE}`,
};

export const REPORT_OPTION = {
  choices: ["html", "md", "csv", "json"],
  describe: "the report in this form, on standard output",
} as const satisfies Options;

export const REDACT_OPTION = {
  type: "boolean",
  describe: "reports without any price, to be shown to those who sell",
} as const satisfies Options;
