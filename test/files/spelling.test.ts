/** The field's own spellings: counts, sizes of messages, speeds of links. */
import { equal } from "node:assert/strict";
import { test } from "vitest";
import {
  parseCount,
  parseLargeMoney,
  parseLinkSpeed,
  parseMessageSize,
  parseShortDuration,
} from "../../src/files/spelling.ts";

test("counts take K, M, B and T as powers of a thousand", () => {
  equal(parseCount("1024"), 1024);
  equal(parseCount(1024), 1024);
  equal(parseCount("15T"), 15e12);
  equal(parseCount("70B"), 70e9);
  equal(parseCount("70G"), 70e9);
  equal(parseCount("1.3B"), 1_300_000_000);
  equal(parseCount("2k"), 2000);
});

test("a count is a whole number that is not negative", () => {
  for (const odd of ["1.5", 1.5, -1, "-1", "1e3", "70 B", "B", "", "0x10", NaN, Infinity, null]) {
    equal(parseCount(odd), undefined, String(odd));
  }
  equal(parseCount(2 ** 60), undefined); // no longer counted exactly
});

test("message sizes are bytes, with binary K, M and G as nccl-tests has them", () => {
  equal(parseMessageSize(8), 8);
  equal(parseMessageSize("8"), 8);
  equal(parseMessageSize("1K"), 1024);
  equal(parseMessageSize("4m"), 4 * 1024 ** 2);
  equal(parseMessageSize("8G"), 8 * 1024 ** 3);
  equal(parseMessageSize("8GB"), undefined);
  equal(parseMessageSize("-8"), undefined);
  equal(parseMessageSize("1.00001"), undefined);
});

test("links are known by their trade names, in Gb/s of one direction", () => {
  equal(parseLinkSpeed("EDR"), 100e9 / 8);
  equal(parseLinkSpeed("NDR200"), 200e9 / 8);
  equal(parseLinkSpeed("XDR"), 800e9 / 8);
  equal(parseLinkSpeed("25GbE"), 25e9 / 8);
  equal(parseLinkSpeed("400"), undefined);
  equal(parseLinkSpeed("constructor"), undefined);
  equal(parseLinkSpeed("400GB"), undefined);
});

test("short durations and large money", () => {
  equal(parseShortDuration("1.5d"), 129_600);
  equal(parseShortDuration("1.5 days"), undefined);
  equal(parseLargeMoney("1.5 B USD"), 1.5e9);
  equal(parseLargeMoney("20M"), undefined);
});
