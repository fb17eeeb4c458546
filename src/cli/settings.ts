/** `--set path=value` as typed. */
import { UsageError } from "../base/errors.ts";

export interface Setting {
  /** "job.globalBatch" */
  readonly path: string;
  readonly value: string;
}

export function parseSettings(words: readonly string[]): Setting[] {
  return words.map((word) => {
    const equals = word.indexOf("=");
    if (equals < 1) {
      throw new UsageError(`--set takes path=value, such as job.globalBatch=2048, not "${word}"`);
    }
    return { path: word.slice(0, equals).trim(), value: word.slice(equals + 1).trim() };
  });
}
