/**
 * What scripts/build-validators.mjs writes to src/files/generated. The folder is not under
 * version control, hence these declarations by pattern.
 */
declare module "*/generated/units.js" {
  /** As src/files/units.ts has it. */
  export function siPerUnit(unit: string, si: string): number | "unknown-unit" | "wrong-dimension";
}

/** SI unit by SI unit of src/files/kinds.ts, what one of each usual unit is. */
declare module "*/generated/knownUnits.js" {
  export const FACTORS: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One a schema, its name in camel case: clusterValidator.js. */
declare module "*Validator.js" {
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

  export const validate: Validator;
}
