/** `schema [NAME]`: the JSON Schema of a file, for editors and other programs. */
import type { Command } from "../command.ts";
import { text } from "../command.ts";
import { UsageError } from "../../base/errors.ts";
import { suggest } from "../../base/suggest.ts";

export const schema: Command = {
  names: ["schema"],
  words: ["schema [name]"],
  describe: "Print the JSON Schema of a kind of file; without a name, list them",
  examples: ["fabricast schema cluster"],
  options: {},
  async handle(flags) {
    const { SCHEMAS } = await import("../../files/schemas/table.ts");
    const name = text(flags, "name");
    if (name === undefined) {
      process.stdout.write(`${Object.keys(SCHEMAS).join("\n")}\n`);
      return 0;
    }
    const found: unknown = (SCHEMAS as Readonly<Record<string, unknown>>)[name];
    if (found === undefined) {
      const near = suggest(name, Object.keys(SCHEMAS));
      const hint = near === undefined ? Object.keys(SCHEMAS).join(", ") : `did you mean ${near}?`;
      throw new UsageError(`unknown schema "${name}"; ${hint}`);
    }
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return 0;
  },
};
