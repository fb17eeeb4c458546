/** Lines, functions and files that fit a screen and a head. */
import { lineOf, type Source, type SyntaxNode, walk } from "../sources.ts";

export const COLUMNS_MAX = 100;
export const FILE_LINES_MAX = 300;
export const FUNCTION_LINES_MAX = 50;

/** "path:line: 104 columns". */
export function wideLines(path: string, text: string): string[] {
  return text.split("\n").flatMap((line, i) => {
    const columns = [...line.replace(/\r$/, "")].length;
    return columns > COLUMNS_MAX ? [`${path}:${i + 1}: ${columns} columns`] : [];
  });
}

/** Lengths over the limit: "path" for files, "path#function" for functions, in lines. */
export function longParts(path: string, text: string, source?: Source): Record<string, number> {
  const long: Record<string, number> = {};
  const fileLines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (fileLines > FILE_LINES_MAX) long[path] = fileLines;
  if (source === undefined) return long;
  for (const { name, lines } of functionsOf(source)) {
    if (lines > FUNCTION_LINES_MAX) long[`${path}#${name}`] = lines;
  }
  return long;
}

interface FunctionLength {
  readonly name: string;
  readonly lines: number;
}

function functionsOf(source: Source): FunctionLength[] {
  const found: FunctionLength[] = [];
  const names = new Map<SyntaxNode, string>();
  const chapters = new Set<SyntaxNode>();
  for (const node of walk(source.tree)) {
    nameChildren(node, names);
    for (const chapter of chaptersOf(node, source.text)) chapters.add(chapter);
    if (chapters.has(node)) continue;
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) {
      continue;
    }
    const first = lineOf(source.text, node.start);
    const lines = lineOf(source.text, node.end) - first + 1;
    found.push({ name: identifier(node["id"]) ?? names.get(node) ?? `line ${first}`, lines });
  }
  return found;
}

/** What `describe` is given groups tests, which are measured one by one. */
function chaptersOf(node: SyntaxNode, text: string): readonly SyntaxNode[] {
  const isChapter = node.type === "CallExpression" && text.startsWith("describe", node.start);
  return isChapter ? (node["arguments"] as readonly SyntaxNode[]) : [];
}

/** A function without a name of its own goes by that of its variable, method or property. */
function nameChildren(node: SyntaxNode, names: Map<SyntaxNode, string>): void {
  const named: Readonly<Record<string, readonly [string, string]>> = {
    VariableDeclarator: ["id", "init"],
    MethodDefinition: ["key", "value"],
    PropertyDefinition: ["key", "value"],
    Property: ["key", "value"],
  };
  const [nameKey, valueKey] = named[node.type] ?? [];
  if (nameKey === undefined || valueKey === undefined) return;
  const name = identifier(node[nameKey]);
  if (name !== undefined) names.set(node[valueKey] as SyntaxNode, name);
}

function identifier(node: unknown): string | undefined {
  const name = (node as SyntaxNode | null | undefined)?.["name"];
  return typeof name === "string" ? name : undefined;
}

/**
 * Compares what is too long with the list of exceptions. The list may only shrink: an entry
 * that is higher than the truth, or no longer needed, is reported like a new excess.
 */
export function againstRatchet(
  long: Readonly<Record<string, number>>,
  ratchet: Readonly<Record<string, number>>,
): string[] {
  const grown = Object.entries(long).flatMap(([part, lines]) => {
    const allowed = ratchet[part];
    if (allowed === undefined) return [`${part}: ${lines} lines`];
    if (lines > allowed) return [`${part}: ${lines} lines, grown from ${allowed}`];
    return lines < allowed ? [`${part}: now ${lines} lines; lower its exception`] : [];
  });
  const gone = Object.keys(ratchet).filter((part) => long[part] === undefined);
  return [...grown, ...gone.map((part) => `${part}: fits now; remove its exception`)];
}
