/** Which file may import what: the rooms, their arrows, and the doors of packages. */
import type { Import, Source } from "./sources.ts";

/** Rooms each room may import, besides itself, base and records, which are open to all. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  records: [],
  files: [],
  tensor: [],
  models: ["tensor"],
  training: ["files", "tensor", "models"],
  workload: ["tensor", "models"],
  network: [],
  serving: [],
  cost: [],
  answers: ["workload", "network", "serving", "cost"],
  sweeps: ["files", "answers"],
  report: [],
  cli: ["files", "training", "answers", "sweeps", "report"],
};

/** Even base and records have an order between them. */
const OPEN: Readonly<Record<string, readonly string[]>> = { base: [], records: ["base"] };

/** Inside network, later ones may import earlier ones; files beside the folders, all. */
export const NETWORK_ORDER = ["topology", "routing", "collectives", "engine"];

/** Each package has one door into the product. */
export const PACKAGE_DOORS: Readonly<Record<string, string>> = {
  ajv: "files",
  mathjs: "files",
  yaml: "files",
  d3: "report",
  "d3-node": "report",
  "csv-stringify": "report",
  yargs: "cli",
  piscina: "sweeps",
  "@duckdb/node-api": "sweeps",
  highs: "answers",
};

/** Rooms that may use a built-in of Node; one that is not here has no door yet. */
export const NODE_DOORS: Readonly<Record<string, readonly string[]>> = {
  // Users' paths are opened by files; tensor reads its own binary, sweeps its own store.
  "node:fs": ["files", "tensor", "sweeps"],
  "node:fs/promises": ["files", "tensor", "sweeps"],
  "node:path": ["files", "tensor", "training", "sweeps", "cli"],
  "node:url": ["files", "tensor", "training", "sweeps"],
  "node:module": ["files", "tensor"],
  "node:os": ["files", "tensor", "training", "sweeps", "cli"],
  "node:child_process": ["training", "sweeps"],
  "node:worker_threads": ["training", "sweeps"],
  "node:net": ["training", "sweeps"],
  // Pure functions from bytes to bytes.
  "node:crypto": ["files", "report", "sweeps"],
  "node:zlib": ["files", "sweeps"],
};

const COMPUTED_IMPORT_DOORS = ["files/module.ts"];

/** Every import that breaks a rule, as "file:line: what, and why not". */
export function strayImports(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const place = source.path.replace(/^src\//, "");
    const room = place.split("/")[0] ?? "";
    if (!place.includes("/")) return [`${source.path}: lies in no room`];
    if (ROOMS[room] === undefined) return [`${source.path}: ${room} is no room`];
    const stray = source.imports.flatMap((imported) => {
      const why = objection(place, room, imported);
      return why === undefined ? [] : [`${source.path}:${imported.line}: ${why}`];
    });
    const computed = COMPUTED_IMPORT_DOORS.includes(place) ? [] : source.computedImportLines;
    return [...stray, ...computed.map((line) => `${source.path}:${line}: imports a computed name`)];
  });
}

function objection(place: string, room: string, imported: Import): string | undefined {
  const { specifier, path } = imported;
  if (path !== undefined) {
    return roomObjection(room, path) ?? networkObjection(place, path) ?? extension(specifier);
  }
  if (specifier.startsWith("node:")) {
    const rooms = NODE_DOORS[specifier];
    if (rooms === undefined) return `${specifier} has no door; open one on purpose`;
    return rooms.includes(room) ? undefined : `${specifier} enters by ${rooms.join(", ")} only`;
  }
  const name = packageName(specifier);
  const door = PACKAGE_DOORS[name];
  if (door === undefined) return `package ${name} has no door; open one on purpose`;
  return door === room ? undefined : `package ${name} enters by ${door} only`;
}

function roomObjection(room: string, path: string): string | undefined {
  if (!path.startsWith("src/")) return `imports ${path}, outside src`;
  const target = path.split("/")[1] ?? "";
  const open = [room, ...(OPEN[room] ?? ["base", "records"]), ...(ROOMS[room] ?? [])];
  return open.includes(target) ? undefined : `${room} may not import ${target}`;
}

function networkObjection(place: string, path: string): string | undefined {
  const from = networkTier(place);
  const to = networkTier(path.replace(/^src\//, ""));
  if (from === undefined || to === undefined || to <= from) return undefined;
  const name = (tier: number) => NETWORK_ORDER[tier] ?? "the files beside the folders";
  return `inside network, ${name(from)} may not import ${name(to)}`;
}

/** Place in the order; files beside the folders come last; undefined outside network. */
function networkTier(place: string): number | undefined {
  const [room, folder = ""] = place.split("/");
  if (room !== "network") return undefined;
  const tier = NETWORK_ORDER.indexOf(folder);
  return tier === -1 ? NETWORK_ORDER.length : tier;
}

function extension(specifier: string): string | undefined {
  if (specifier.endsWith(".ts") || /\/generated\/\w+\.js$/.test(specifier)) return undefined;
  return `${specifier} needs its .ts`;
}

/** "ajv/dist/2020.js" is ajv; "@scope/name/x" is "@scope/name". */
export function packageName(specifier: string): string {
  const [first = "", second = ""] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}

/**
 * Files that need each other to load, as "a -> b -> a". Type-only imports vanish before the
 * program runs and are no needs.
 */
export function cycles(sources: readonly Source[]): string[] {
  const needs = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.flatMap((i) => (i.path === undefined || i.isTypeOnly ? [] : [i.path])),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) found.push([...trail.slice(start), path].join(" -> "));
    if (start !== -1 || done.has(path)) return;
    for (const next of needs.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of needs.keys()) visit(path, []);
  return found;
}
