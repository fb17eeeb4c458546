/** Types of build-wasm.mjs, for the tests that call it. */
export function compileWasm(): Uint8Array | undefined;
export function wasmSourceHash(): string;
export function wasmCompiler(): string;
export function wasmRecord(): { readonly sources: string; readonly compiler: string };
export function wasmBinary(): Uint8Array;
export function placeWasm(): void;
