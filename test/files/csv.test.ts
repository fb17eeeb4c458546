/** Tables as text: quotes, line ends, and what is wrong with them. */
import { deepEqual, throws } from "node:assert/strict";
import { test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { parseCsv } from "../../src/files/csv.ts";

test("quoted cells may hold commas, quotes and line ends", () => {
  const { columns, rows } = parseCsv("t.csv", 'a,b\r\n"1, 2","say ""so""\nnow"\r\n');
  deepEqual(columns, ["a", "b"]);
  deepEqual(rows, [{ a: "1, 2", b: 'say "so"\nnow' }]);
});

test("cells left out at the end are empty, and a last line end makes no row", () => {
  deepEqual(parseCsv("t.csv", "\uFEFFa,b,c\n1\n,,3").rows, [
    { a: "1", b: "", c: "" },
    { a: "", b: "", c: "3" },
  ]);
});

test("a table without header and a record with more cells than columns are refused", () => {
  throws(() => parseCsv("t.csv", ""), InputError);
  throws(() => parseCsv("t.csv", "a,b\n1,2\n1,2,3"), /3 cells in record 3.*\[ragged-table\]/);
});
