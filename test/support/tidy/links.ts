/** Links between our Markdown files lead somewhere. */
import { posix } from "node:path";

/** What a link may lead to: which files there are, and what is in them. */
export interface Library {
  exists(path: string): boolean;
  read(path: string): string;
}

/** "path:line: target is not there", for relative links and their anchors. */
export function deadLinks(path: string, text: string, library: Library): string[] {
  let isFenced = false;
  return text.split("\n").flatMap((line, i) => {
    if (/^\s*```/.test(line)) isFenced = !isFenced;
    if (isFenced) return [];
    const targets = [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    const dead = targets.filter((target) => !leadsSomewhere(path, target, text, library));
    return dead.map((target) => `${path}:${i + 1}: ${target} is not there`);
  });
}

function leadsSomewhere(path: string, target: string, text: string, library: Library): boolean {
  if (/^[a-z]+:/.test(target)) return true;
  const [file = "", anchor] = target.split("#");
  const found = file === "" ? path : posix.join(posix.dirname(path), file);
  if (file !== "" && !library.exists(found)) return false;
  if (anchor === undefined) return true;
  return anchors(file === "" ? text : library.read(found)).includes(anchor);
}

/** Anchors as code hosts make them: lower case, punctuation dropped, spaces to hyphens. */
export function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ +(.+)$/gm)].map(([, title = ""]) =>
    title
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}
