/** `report RESULT.json -o FILE`: the same result in another form. */
import type { Command } from "../command.ts";
import { text } from "../command.ts";
import { UsageError } from "../../base/errors.ts";
import { say } from "../output.ts";

const FORMATS = new Map<string, "html" | "csv" | "md" | "json">([
  ["html", "html"],
  ["csv", "csv"],
  ["md", "md"],
  ["json", "json"],
]);

export const report: Command = {
  names: ["report"],
  words: ["report <result>"],
  describe: "Render a stored result (JSON) as HTML, CSV or Markdown",
  examples: ["fabricast report reports/quickstart.json -o quickstart.md"],
  options: {
    output: {
      type: "string",
      alias: "o",
      requiresArg: true,
      demandOption: true,
      describe: "file to write; its ending (.html, .csv, .md) is the format",
    },
  },
  async handle(flags) {
    const path = text(flags, "output") ?? "";
    const format = FORMATS.get(path.slice(path.lastIndexOf(".") + 1).toLowerCase());
    if (format === undefined) {
      throw new UsageError(`-o "${path}" must end in .html, .csv, .md or .json`);
    }
    const { readResult } = await import("../../files/result.ts");
    const { render } = await import("../../report/render.ts");
    const { writeText } = await import("../../files/write.ts");
    const result = await readResult(text(flags, "result") ?? "");
    await writeText(path, await render(result, format));
    say(`wrote ${path}`);
    return 0;
  },
};
