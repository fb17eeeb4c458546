/** The program's own source files, parsed, for the tests that check the house rules. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { parseAst } from "vitest/node";

export const ROOT = resolve(import.meta.dirname, "../..");

/** A node of the syntax tree; only what the checks look at. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface Import {
  /** As written: "./ring.ts", "node:fs", "d3-node". */
  readonly specifier: string;
  /** Path from the repository's root, for relative ones. */
  readonly path?: string;
  readonly isTypeOnly: boolean;
  readonly line: number;
}

export interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: SyntaxNode;
  readonly imports: readonly Import[];
  /** Lines with an import whose target is computed at run time. */
  readonly computedImportLines: readonly number[];
}

export function parseSource(path: string, text: string): Source {
  const lang = path.endsWith(".ts") ? "ts" : "js";
  // The parser's own types are those of JavaScript; we read more general nodes.
  const tree = parseAst(text, { lang }) as unknown as SyntaxNode;
  const imports: Import[] = [];
  const computedImportLines: number[] = [];
  for (const node of walk(tree)) {
    const specifier = importedFrom(node);
    if (specifier === undefined) continue;
    const line = lineOf(text, node.start);
    if (specifier === null) computedImportLines.push(line);
    else imports.push({ specifier, ...resolved(path, specifier), isTypeOnly: isType(node), line });
  }
  return { path, text, tree, imports, computedImportLines };
}

/** What a node imports; null if that is computed, undefined if it is no import at all. */
function importedFrom(node: SyntaxNode): string | null | undefined {
  const isStatic = /^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type);
  if (!isStatic && node.type !== "ImportExpression" && node.type !== "TSImportType") {
    return workerOf(node);
  }
  const source = childOf(node, "source") ?? childOf(node, "argument");
  if (source === undefined) return isStatic ? undefined : null;
  const literal = childOf(source, "literal") ?? source;
  return typeof literal["value"] === "string" ? literal["value"] : null;
}

/** `new URL("./train.worker.ts", import.meta.url)` names a file that runs, too. */
function workerOf(node: SyntaxNode): string | undefined {
  if (node.type !== "NewExpression" || childOf(node, "callee")?.["name"] !== "URL")
    return undefined;
  const [first] = node["arguments"] as readonly SyntaxNode[];
  const value = first?.["value"];
  return typeof value === "string" && /^\..*\.ts$/.test(value) ? value : undefined;
}

function isType(node: SyntaxNode): boolean {
  if (node.type === "TSImportType") return true;
  if (node["importKind"] === "type" || node["exportKind"] === "type") return true;
  const specifiers = node["specifiers"];
  if (!Array.isArray(specifiers) || specifiers.length === 0) return false;
  return specifiers.every(
    (specifier: SyntaxNode) =>
      specifier["importKind"] === "type" || specifier["exportKind"] === "type",
  );
}

function resolved(from: string, specifier: string): { path?: string } {
  if (!specifier.startsWith(".")) return {};
  return { path: posix.join(posix.dirname(from), specifier) };
}

function childOf(node: SyntaxNode, key: string): SyntaxNode | undefined {
  const child = node[key];
  return isNode(child) ? child : undefined;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The node and all below it, parents first. */
export function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const key of Object.keys(node)) {
    const child = node[key];
    if (isNode(child)) yield* walk(child);
    else if (Array.isArray(child)) for (const item of child) if (isNode(item)) yield* walk(item);
  }
}

/** 1-based. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i !== -1 && i < offset; i = text.indexOf("\n", i + 1)) line += 1;
  return line;
}

/** Paths from the root, with "/", sorted. Made files, and `generated` ones, are not ours. */
export function filesUnder(folders: readonly string[], ending: RegExp): string[] {
  const paths = folders.flatMap((folder) => {
    const full = resolve(ROOT, folder);
    if (!existsSync(full)) return [];
    if (statSync(full).isFile()) return [folder];
    const names = readdirSync(full, { recursive: true, encoding: "utf8" });
    return names.map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
  });
  return paths.filter((path) => ending.test(path) && !/(^|\/)(generated|out)\//.test(path)).sort();
}

export const readText = (path: string): string => readFileSync(resolve(ROOT, path), "utf8");

export function readSources(folders: readonly string[]): Source[] {
  const paths = filesUnder(folders, /\.(ts|mjs)$/).filter((path) => !path.endsWith(".d.ts"));
  return paths.map((path) => parseSource(path, readText(path)));
}
