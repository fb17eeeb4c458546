/** Files that nothing uses, and files that no test runs. */
import type { Source } from "../sources.ts";

/** Programs start here; nobody imports them. */
const ENTRIES = /^src\/cli\/main\.ts$|\.worker\.ts$/;

/** Files of src that no other file of src imports. */
export function orphans(sources: readonly Source[]): string[] {
  const ours = sources.filter(({ path }) => path.startsWith("src/"));
  const imported = new Set(
    ours.flatMap(({ path, imports }) => imports.flatMap((i) => (i.path === path ? [] : [i.path]))),
  );
  return ours.map(({ path }) => path).filter((path) => !imported.has(path) && !ENTRIES.test(path));
}

/**
 * Files of src that no test reaches through imports. The end-to-end tests start the built
 * command, so src/cli counts as reached; but what the command imports does not: each room
 * needs tests of its own.
 */
export function untested(sources: readonly Source[]): string[] {
  const imports = new Map(sources.map(({ path, imports }) => [path, imports]));
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path) || path.startsWith("src/cli/")) return;
    reached.add(path);
    for (const imported of imports.get(path) ?? []) {
      if (imported.path !== undefined) visit(imported.path);
    }
  };
  for (const path of imports.keys()) if (path.startsWith("test/")) visit(path);
  return [...imports.keys()].filter(
    (path) => path.startsWith("src/") && !path.startsWith("src/cli/") && !reached.has(path),
  );
}
