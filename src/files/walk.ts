/** Walking a schema along the data it describes: which part speaks about which value. */
import { stepsOf } from "./document.ts";
import type { Schema } from "./schemas/schema.ts";

/** The group, list or value schema that applies to this value, all references followed. */
export function applying(root: Schema, schema: Schema, data: unknown): Schema | undefined {
  let found: Schema | undefined = schema;
  // Each turn goes one reference or case deeper; schemas nest far less than this.
  for (let turn = 0; found !== undefined && turn < 16; turn++) {
    if (found.$ref !== undefined) found = root.$defs?.[found.$ref.slice("#/$defs/".length)];
    else if (found.if) found = isGroup(data) ? found.then : found.else;
    else if (found.oneOf && found.discriminator) found = caseFor(found, data);
    else return found;
  }
  return undefined;
}

function caseFor(schema: Schema, data: unknown): Schema | undefined {
  const { propertyName } = schema.discriminator ?? { propertyName: "" };
  const tag = isGroup(data) ? data[propertyName] : undefined;
  return schema.oneOf?.find((one) => one.properties?.[propertyName]?.const === tag);
}

/** The schema of the value at a pointer; for the value inside a figure, the figure's own. */
export function schemaAt(root: Schema, data: unknown, pointer: string): Schema | undefined {
  let schema: Schema | undefined = root;
  let value = data;
  for (const step of stepsOf(pointer)) {
    if (schema?.figure && step === "value") {
      schema = schema.else;
      value = isGroup(value) ? value[step] : undefined;
      continue;
    }
    const here: Schema | undefined = schema && applying(root, schema, value);
    schema = Array.isArray(value) ? here?.items : here?.properties?.[step];
    value = Array.isArray(value) ? value[Number(step)] : isGroup(value) ? value[step] : undefined;
  }
  return schema;
}

/** Plain data with keys. */
export function isGroup(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}
