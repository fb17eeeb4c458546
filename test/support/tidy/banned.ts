/** Text that has no place in our files, and what to write instead. */
import { lineOf, type Source, walk } from "../sources.ts";

export interface Ban {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Where the rule holds; everywhere, if absent. */
  readonly where?: RegExp;
  /** Where it does not. */
  readonly except?: RegExp;
}

const SRC = /^src\//;
const CODE = /\.(ts|mjs)$/;

export const BANS: readonly Ban[] = [
  { pattern: /Math\.random/, instead: "base/random", where: CODE },
  {
    pattern: /Date\.now|performance\.now|new Date\(\)|process\.hrtime/,
    instead: "files/clock",
    where: SRC,
    except: /^src\/files\/clock\.ts$/,
  },
  { pattern: /process\.exit\(/, instead: "return a code", where: CODE },
  { pattern: /\bconsole\./, instead: "src/cli, which prints", where: SRC, except: /^src\/cli\// },
  {
    pattern: /\bprocess\.(?:env|argv|cwd|std\w+|chdir)\b/,
    instead: "an argument: only the rim knows the process",
    where: SRC,
    except: /^src\/(?:cli|files|training|sweeps|tensor)\//,
  },
  {
    pattern: /\.toFixed\(/,
    instead: "base/format",
    where: SRC,
    except: /^src\/base\/format\.ts$/,
  },
  {
    pattern: /toLocale\w*String\(|localeCompare|\bIntl\./,
    instead: "base/format, or plain comparison: no locale",
    where: CODE,
  },
  {
    pattern: /^export default\b/,
    instead: "a named export",
    where: CODE,
    except: /^vitest\.config\.ts$/,
  },
  { pattern: /@ts-(?:ignore|expect-error|nocheck)/, instead: "types that hold", where: CODE },
  { pattern: /^(?:export )?(?:const )?enum\b/, instead: "a union of strings", where: CODE },
  { pattern: /^(?:export )?(?:declare )?namespace\b/, instead: "a module", where: CODE },
  { pattern: /\b(?:FIXME|TODO|XXX)\b/, instead: "do it, or say what is refused" },
  { pattern: /\b(?:test|describe|it)\.only\(/, instead: "test(", where: CODE },
  {
    pattern: /(?:^|[\s"'`(=:])(?:\/work|\/tmp|\/home|\/root|\/Users|[A-Z]:\\\\?Users)\b/,
    instead: "a path from the repository, or os.tmpdir()",
  },
];

/** The rules themselves and their planted examples must spell what they forbid. */
const SPELLS_THE_RULES = /^test\/(?:support\/tidy\/|tidy\.test\.ts$)/;

/** "path:line: text; use instead". */
export function bannedText(path: string, text: string): string[] {
  if (SPELLS_THE_RULES.test(path)) return [];
  const bans = BANS.filter(
    ({ where, except }) => where?.test(path) !== false && except?.test(path) !== true,
  );
  return text.split("\n").flatMap((line, i) =>
    bans.flatMap(({ pattern, instead }) => {
      const found = pattern.exec(line)?.[0].trim();
      return found === undefined ? [] : [`${path}:${i + 1}: "${found}"; use ${instead}`];
    }),
  );
}

/** Types that say nothing: "any", however it is written. */
export function anyTypes(source: Source): string[] {
  const nodes = [...walk(source.tree)].filter(({ type }) => type === "TSAnyKeyword");
  return nodes.map((node) => `${source.path}:${lineOf(source.text, node.start)}: any; use unknown`);
}

/** Identifiers and keys are spelled as in the United States; other text as one likes. */
const BRITISH = new RegExp(
  "colour|neighbour|behaviour|favour|centre(?!d)|catalogue|licence|analyse|" +
    "(?:util|optim|normal|initial|serial|real|organ|synchron|summar|general|minim|maxim|quant|" +
    "token)is(?:e[drs]?|ing|ation)(?![a-z])",
  "i",
);

export function britishNames(source: Source): string[] {
  const found = new Map<string, number>();
  for (const node of walk(source.tree)) {
    const name = node.type === "Identifier" ? String(node["name"]) : "";
    if (BRITISH.test(name) && !found.has(name)) found.set(name, lineOf(source.text, node.start));
  }
  return [...found].map(
    ([name, line]) => `${source.path}:${line}: ${name} is spelled the British way`,
  );
}
