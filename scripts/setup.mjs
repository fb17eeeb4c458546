/** Installs the packages of the lock file when they are not there yet, and says so. */
import { existsSync, readFileSync } from "node:fs";
import { inRoot, isMain, runNpm, say } from "./tools.mjs";

const NODE_MIN = [20, 19];

/** Runs `npm ci` if node_modules differs from package-lock.json. Throws with what to do. */
export async function ensureInstalled() {
  checkNode();
  if (isInstalled()) return;
  say("fabricast: installing packages (npm ci) …");
  // No install scripts of strangers: no package here needs one. (esbuild's only replaces its
  // launcher; its program comes as an optional package.) Our own `prepare` would build, and
  // whoever calls us builds next anyway.
  const { code, output } = await runNpm(["ci", "--ignore-scripts", "--include=dev"], {
    capture: true,
    env: { NODE_ENV: "development" },
  });
  if (code !== 0) {
    throw new Error(
      `${output.trim()}\nnpm ci failed with exit code ${code}. It needs the npm registry ` +
        `(npm config get registry) once; look above for its reason, then try again.`,
    );
  }
}

/**
 * npm leaves a list of what it installed in node_modules/.package-lock.json. Comparing it
 * with the lock also accepts an `npm ci` that the reader ran, and notices `--omit=dev`.
 */
function isInstalled() {
  const stamp = inRoot("node_modules", ".package-lock.json");
  if (!existsSync(stamp)) return false;
  const packagesOf = (path) => JSON.parse(readFileSync(path, "utf8")).packages;
  return covers(packagesOf(stamp), packagesOf(inRoot("package-lock.json")));
}

/** Whether the packages that are there are those that are wanted. */
export function covers(there, wanted) {
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" ||
      there[path]?.version === version ||
      // Other systems' binaries are optional and rightly absent.
      (optional === true && there[path] === undefined),
  );
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [majorMin, minorMin] = NODE_MIN;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  throw new Error(
    `Fabricast needs Node ${NODE_MIN.join(".")} or newer; this is ${process.version}.`,
  );
}

/** Runs a script's work; a failure becomes a message and exit code 1. */
export async function script(moduleUrl, work) {
  if (!isMain(moduleUrl)) return;
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    say(`fabricast: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

await script(import.meta.url, ensureInstalled);
