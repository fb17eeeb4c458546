/** Types of build-native.mjs, for the tests that call it. */
export function buildNative(options?: {
  readonly quiet?: boolean;
}): Promise<"built" | "fresh" | "no-compiler">;
