/** Words of `traffic`: patterns, jobs and failures as typed. */
import { InputError } from "../base/errors.ts";
import { parseMessageSize } from "../files/spelling.ts";
import type { Failure, JobAsked, JobPlacement, Pattern } from "../records/traffic.ts";
import { countFlag, flagIssue, quantityFlag } from "./flags.ts";
import { slowedOf } from "./network-flags.ts";

/** "incast:32", "permutation:7", "all-to-all", "uniform:3". */
export function patternOf(word: string): Pattern {
  const [kind = "", rest] = word.split(":");
  if (kind === "all-to-all" && rest === undefined) return { kind };
  if (kind === "incast" && rest !== undefined) {
    return { kind, senderCount: countFlag("--generate", rest) };
  }
  if ((kind === "permutation" || kind === "uniform") && /^[0-9]{1,9}$/.test(rest ?? "")) {
    return { kind, seed: Number(rest) };
  }
  throw wrong("--generate", word, "incast:N, permutation:SEED, all-to-all or uniform:SEED");
}

export function sizeFlag(flag: string, word: string): number {
  const bytes = parseMessageSize(word);
  if (bytes !== undefined && bytes > 0) return bytes;
  throw wrong(flag, word, "a size above zero such as 64K, 1M or 8G (bare numbers are bytes)");
}

/** "all-reduce ranks=64 size=1G algorithm=ring placement=spread start=1ms". */
export async function jobOf(
  line: string,
  collectiveFrom: (name: string) => JobAsked["collective"],
): Promise<JobAsked> {
  const [name = "", ...words] = line.trim().split(/[\s,]+/);
  const values = new Map(words.map((word) => split(line, word)));
  const ranks = values.get("ranks");
  if (ranks === undefined) throw wrong("--job", line, JOB_WORDS);
  const start = values.get("start");
  return {
    collective: collectiveFrom(name),
    algorithm: values.get("algorithm") ?? "auto",
    rankCount: countFlag("--job ranks", ranks),
    sizeBytes: sizeFlag("--job size", values.get("size") ?? "1G"),
    startS: start === undefined ? 0 : await quantityFlag("--job start", start, "duration"),
    placement: placementOf(values.get("placement") ?? "packed"),
  };
}

const JOB_WORDS =
  "a collective and ranks=N, then size=, algorithm=, start=, " +
  "placement=packed|spread|fragmented:SEED";
const KEYS = ["ranks", "size", "algorithm", "placement", "start"];

function split(line: string, word: string): [string, string] {
  const [key = "", value] = word.split("=");
  if (value === undefined || !KEYS.includes(key)) throw wrong("--job", line, JOB_WORDS);
  return [key, value];
}

function placementOf(word: string): JobPlacement {
  const [kind = "", seed] = word.split(":");
  if ((kind === "packed" || kind === "spread") && seed === undefined) return { kind };
  if (kind === "fragmented" && /^[0-9]{1,9}$/.test(seed ?? "")) return { kind, seed: Number(seed) };
  throw wrong("--job placement", word, "packed, spread or fragmented:SEED");
}

/** "leaf-0:spine-3@2 ms" fails in mid-run; without a date it is down from the start. */
export async function failuresOf(
  words: readonly string[],
): Promise<{ readonly failed: string[]; readonly failures: Failure[] }> {
  const failed: string[] = [];
  const failures: Failure[] = [];
  for (const word of words) {
    const [name = "", date] = word.split("@");
    if (date === undefined) failed.push(name);
    else failures.push({ name, startS: await quantityFlag("--fail", date, "duration") });
  }
  return { failed, failures };
}

/** "leaf-0:spine-3=25%@2ms": slower from a date on, or from the start. */
export async function slowingsOf(words: readonly string[]): Promise<Failure[]> {
  const slowings: Failure[] = [];
  for (const word of words) {
    const [what = "", date] = word.split("@");
    const startS = date === undefined ? 0 : await quantityFlag("--slow", date, "duration");
    slowings.push({ ...slowedOf(what), startS });
  }
  return slowings;
}

function wrong(flag: string, found: string, expected: string): InputError {
  return new InputError([flagIssue(flag, `"${found}"`, expected, `correct ${flag}`)]);
}
