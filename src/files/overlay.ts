/**
 * Fitted constants as a file of settings: what `--set` would say, for a cluster. Written by
 * `calibrate`, read by `collective --overlay`.
 */
import { readDocument } from "./document.ts";
import { refuse } from "./issue.ts";
import type { Setting } from "./settings.ts";
import { isGroup } from "./walk.ts";
import { toYaml } from "./yaml.ts";

export async function readOverlay(path: string): Promise<Setting[]> {
  const document = await readDocument(path);
  const { data } = document;
  const set: unknown = isGroup(data) ? data["set"] : undefined;
  if (!isGroup(set)) {
    return refuse(document.place("", "value"), {
      code: "missing-key",
      found: "no group `set`",
      expected: "overlay, of which cluster, and set: paths with their values",
      nextStep: "write one with `fabricast calibrate --out`",
    });
  }
  return Object.entries(set).map(([key, value]) => ({
    path: key,
    value: typeof value === "string" ? value : (JSON.stringify(value) ?? ""),
  }));
}

export function overlayText(
  clusterId: string,
  set: Readonly<Record<string, string>>,
  words: string,
): string {
  return `# ${words.replaceAll("\n", "\n# ")}\n${toYaml({ overlay: clusterId, set })}`;
}
