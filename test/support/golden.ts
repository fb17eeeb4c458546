/** Outputs that are stored and compared: a change shows in the diff, never by itself. */
import { equal, fail } from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Compares with a committed file, byte by byte. UPDATE_GOLDEN=1 (`npm run golden`) writes it
 * anew; otherwise a mismatch leaves what came out beside it, as FILE-changed.
 */
export function equalToFile(actual: string, path: string): void {
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  const beside = `${path}-changed`;
  if (!existsSync(path)) {
    fail(`${path} is missing; \`npm run golden\` writes it, then look at it and commit it`);
  }
  if (readFileSync(path, "utf8") !== actual) {
    writeFileSync(beside, actual);
    equal(actual, readFileSync(path, "utf8"), `${path} changed (see ${beside}); npm run golden`);
  }
  rmSync(beside, { force: true });
}
