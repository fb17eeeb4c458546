/** Licenses of what we install, as the lock file states them. */

export interface LockedPackage {
  readonly license?: string;
  readonly dev?: boolean;
}

/** Permissive: may be bundled into the product and handed on. */
export const ALLOWED = [
  "MIT",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "0BSD",
  "Unlicense",
  "CC0-1.0",
  "BlueOak-1.0.0",
  "Python-2.0",
];

/**
 * Tools of development under other licenses, each with its reason. lightningcss comes with
 * vite, which comes with vitest; axe-core looks at pages in tests. MPL-2.0 binds changes to their
 * own files, and neither they nor anything made by them is handed on.
 */
export const DEVELOPMENT_ONLY: Readonly<Record<string, RegExp>> = {
  "MPL-2.0": /^(?:axe-core|lightningcss(?:-[\w-]+)?)$/,
};

/** "name: license", for packages of a lock file that may not be there. */
export function unvettedLicenses(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages).flatMap(([path, { license = "none stated", dev }]) => {
    const name = path.replace(/^.*node_modules\//, "");
    if (path === "" || ALLOWED.includes(license)) return [];
    if (dev === true && DEVELOPMENT_ONLY[license]?.test(name) === true) return [];
    return [`${name}: ${license}`];
  });
}
