/**
 * What scripts/build-validators.mjs writes to src/files/generated. The folder is not under
 * version control, hence these declarations by pattern.
 */
declare module "*/generated/units.js" {
  /** As src/files/units.ts has it. */
  export function siPerUnit(unit: string, si: string): number | "unknown-unit" | "wrong-dimension";
}

/** One function a schema, its name in camel case. */
declare module "*/generated/validators.js" {
  /** One violation, as ajv reports it. */
  export interface Violation {
    readonly instancePath: string;
    readonly schemaPath: string;
    readonly keyword: string;
    readonly params: Readonly<Record<string, unknown>>;
  }

  export interface Validator {
    (data: unknown): boolean;
    readonly errors?: readonly Violation[] | null;
  }

  export const cluster: Validator;
  export const accelerator: Validator;
  export const hostPart: Validator;
  export const networkPart: Validator;
  export const software: Validator;
  export const site: Validator;
  export const figures: Validator;
  export const model: Validator;
  export const training: Validator;
  export const question: Validator;
  export const sweep: Validator;
  export const measurement: Validator;
  export const result: Validator;
}
