/** `import rows FILE`: what others measured, as a row for `calibrate` and `accuracy`. */
import { UsageError } from "../base/errors.ts";
import { shellQuoted } from "../base/shell.ts";
import { isOn, text, texts } from "./command.ts";
import { say } from "./output.ts";

type Flags = Readonly<Record<string, unknown>>;

export async function importRows(flags: Flags, file: string): Promise<number> {
  const { readRunRow } = await import("../files/formats/run-rows.ts");
  const { csvOf } = await import("../report/csv.ts");
  const { format, columns, row, missing } = await readRunRow(file, givenOf(texts(flags, "with")));
  const table = await csvOf([Object.fromEntries(columns.map((name) => [name, row[name] ?? ""]))]);
  const out = text(flags, "out");
  if (out !== undefined) {
    const { writeText } = await import("../files/write.ts");
    await writeText(out, table);
    say(`wrote ${out}; predict it with: npx fabricast accuracy --rows ${shellQuoted(out)}`);
  }
  const left = missing.length === 0 ? "nothing" : missing.join(", ");
  say(`read ${format}; not in it: ${left} (give them with --with gpu=H100)`);
  if (isOn(flags, "json")) {
    process.stdout.write(`${JSON.stringify({ format, row, missing }, null, 2)}\n`);
  } else if (out === undefined) process.stdout.write(table);
  return 0;
}

/** "gpu=H100,tp=8" or several of them. */
function givenOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.flatMap((word) =>
      word.split(",").map((part) => {
        const [, name, value] = /^\s*(\w+)=(.*?)\s*$/.exec(part) ?? [];
        if (name === undefined || value === undefined) {
          throw new UsageError(`--with takes column=value, not "${part}"`);
        }
        return [name, value];
      }),
    ),
  );
}
