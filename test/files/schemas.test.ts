/**
 * Every field of every schema: its own example is accepted, a wrong value is refused at its
 * very place. The table is the schemas themselves, so no field can be forgotten.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { documentOf } from "../../src/files/document.ts";
import type { Json, Schema } from "../../src/files/schemas/schema.ts";
import type { SchemaName } from "../../src/files/schemas/table.ts";
import { SCHEMAS } from "../../src/files/schemas/table.ts";
import { validated } from "../../src/files/validators.ts";
import { issuesFrom } from "./support.ts";

const inPlace = (root: Schema, schema: Schema): Schema =>
  schema.$ref === undefined
    ? schema
    : inPlace(root, root.$defs?.[schema.$ref.replace("#/$defs/", "")] ?? {});

/** Data made of the schema's examples: enough documents that every form occurs in one. */
function samples(root: Schema, given: Schema): Json[] {
  const schema = inPlace(root, given);
  if (schema.oneOf) return schema.oneOf.flatMap((one) => samples(root, one));
  if (schema.if) {
    const [bare = ""] = samples(root, schema.else ?? {});
    const groups = samples(root, schema.then ?? {});
    // A figure with its source holds the same text as the bare one.
    return [bare, ...groups.map((one) => (schema.figure ? changed(one, "/value", bare) : one))];
  }
  if (schema.type === "array") {
    const count = Math.max(1, schema.minItems ?? 1);
    return samples(root, schema.items ?? {}).map((item) =>
      Array.from({ length: count }, () => item),
    );
  }
  if (!schema.properties) return [schema.const ?? schema.examples?.[0] ?? "no example"];
  const forms = Object.entries(schema.properties).map(([key, part]) => ({
    key,
    values: samples(root, part),
  }));
  const most = Math.max(...forms.map(({ values }) => values.length));
  return Array.from({ length: most }, (_, turn) =>
    Object.fromEntries(forms.map(({ key, values }) => [key, values[turn % values.length] ?? ""])),
  );
}

interface Field {
  readonly pointer: string;
  readonly schema: Schema;
}

/** The fields that occur in a document, groups and lists included. */
function fields(root: Schema, given: Schema, data: Json, pointer = ""): Field[] {
  const schema = inPlace(root, given);
  const isGroup = typeof data === "object" && data !== null && !Array.isArray(data);
  if (schema.oneOf) {
    const tag = schema.discriminator?.propertyName ?? "";
    const one = schema.oneOf.find(
      (each) => isGroup && each.properties?.[tag]?.const === Reflect.get(data, tag),
    );
    return fields(root, one ?? {}, data, pointer);
  }
  if (schema.if) {
    // The value of a figure with its source has the kind of the bare one.
    const branch = (isGroup ? schema.then : schema.else) ?? {};
    const found = fields(root, branch, data, pointer);
    return found.map((field) => {
      if (field.pointer === pointer && isGroup) return { pointer, schema };
      const isValue = schema.figure && field.pointer === `${pointer}/value`;
      return isValue ? { ...field, schema: schema.else ?? {} } : field;
    });
  }
  const own = [{ pointer, schema }];
  if (Array.isArray(data)) {
    return [
      ...own,
      ...data.flatMap((x, i) => fields(root, schema.items ?? {}, x, `${pointer}/${i}`)),
    ];
  }
  if (!isGroup) return own;
  const parts = Object.entries(schema.properties ?? {});
  return [
    ...own,
    ...parts.flatMap(([key, part]) =>
      fields(root, part, Reflect.get(data, key) as Json, `${pointer}/${key}`),
    ),
  ];
}

/** A value that no field of this sort takes, and the code it is refused with. */
function wrongFor(schema: Schema): readonly [Json, string] {
  const { quantity, type } = schema;
  if (schema.if) return [[], "wrong-type"]; // text would be the other of its two forms
  if (schema.const !== undefined) return ["no-such-case", "not-allowed-value"];
  if (quantity === "count" || quantity === "messageSize") return [-1, "out-of-range"];
  if (quantity === "ratio") return ["much", "wrong-type"];
  if (quantity !== undefined) return [400, "bare-quantity"];
  if (schema.enum) return ["no-such-word", "not-allowed-value"];
  if (schema.pattern !== undefined) return ["??", "not-allowed-value"];
  if (type === "integer") return [-1, "out-of-range"];
  if (type === "string") return [[], "wrong-type"];
  return ["text", "wrong-type"];
}

/** The document with one value changed. */
function changed(data: Json, pointer: string, value: Json): Json {
  if (pointer === "") return value;
  const copy = structuredClone(data);
  const steps = pointer.slice(1).split("/");
  let holder: object = copy as object;
  for (const step of steps.slice(0, -1)) holder = Reflect.get(holder, step) as object;
  Reflect.set(holder, steps.at(-1) ?? "", value);
  return copy;
}

for (const name of Object.keys(SCHEMAS) as SchemaName[]) {
  const root: Schema = SCHEMAS[name];
  const documents = samples(root, root);

  test(`${name}: a file made of the examples is accepted`, async () => {
    for (const data of documents) await validated(name, documentOf(data, "sample"));
  });

  test(`${name}: each field refuses a wrong value, at its place`, async () => {
    const seen = new Set<string>();
    for (const data of documents) {
      for (const { pointer, schema } of fields(root, root, data)) {
        const [value, code] = wrongFor(schema);
        const label = `${pointer} ${String(schema.type)} ${JSON.stringify(schema.const)}`;
        if (seen.has(label)) continue;
        seen.add(label);
        const document = documentOf(changed(data, pointer, value), "sample");
        const issues = await issuesFrom(validated(name, document));
        const found = issues.map((issue) => `${issue.pointer} ${issue.code}`);
        ok(found.includes(`${pointer} ${code}`), `${pointer}: ${found.join("; ")}`);
      }
    }
    ok(seen.size > 3);
  }, 60_000);

  test(`${name}: each group refuses a key it does not know and misses one it needs`, async () => {
    for (const data of documents.slice(0, 8)) {
      for (const { pointer, schema } of fields(root, root, data)) {
        const group = inPlace(root, schema.if && schema.then ? schema.then : schema);
        if (!group.properties) continue;
        const extra = documentOf(changed(data, `${pointer}/nonsense`, 1), "sample");
        const issues = await issuesFrom(validated(name, extra));
        deepEqual(
          issues.map((issue) => issue.code),
          ["unknown-key"],
          pointer,
        );
        equal(issues[0]?.pointer, `${pointer}/nonsense`);
      }
    }
  }, 60_000);

  test(`${name}: each field says what it is and gives an example`, () => {
    for (const data of documents) {
      for (const { pointer, schema } of fields(root, root, data)) {
        ok(schema.description, pointer);
        const isLeaf = !schema.properties && !schema.if && schema.type !== "array";
        if (isLeaf) ok((schema.examples?.length ?? 0) > 0, pointer);
        if (schema.properties) equal(schema.additionalProperties, false, pointer);
      }
    }
  });
}

test("schemas are plain JSON: printing and reading one changes nothing", () => {
  for (const schema of Object.values(SCHEMAS)) {
    deepEqual(JSON.parse(JSON.stringify(schema)), schema);
    equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  }
});
