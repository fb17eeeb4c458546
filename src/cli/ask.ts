/** A question asked by flags: checked like a file, answered, shown, or saved as a file. */
import { text, texts } from "./command.ts";
import { codeOf, say, show } from "./output.ts";
import { shownWords } from "./words.ts";

export async function ask(
  data: Readonly<Record<string, unknown>>,
  id: string,
  flags: Readonly<Record<string, unknown>>,
  words: readonly string[],
): Promise<number> {
  const { questionFrom } = await import("../files/question.ts");
  const { parseSettings } = await import("./settings.ts");
  const question = await questionFrom(data, { id, set: parseSettings(texts(flags, "set")) });
  const save = text(flags, "save");
  if (save !== undefined) return saveQuestion(save, data);
  const { answer } = await import("../answers/answer.ts");
  const { documentOf } = await import("../files/document.ts");
  const { placed } = await import("./placed.ts");
  const result = await placed(
    () => documentOf(data, "command line"),
    () => answer(question, { words: shownWords(words), recordings: [] }),
  );
  if (flags["out"] !== undefined) {
    const { writeReports } = await import("./reports.ts");
    await writeReports(result, {
      folder: text(flags, "out") ?? "",
      formats: flags["format"] === undefined ? ["html", "csv", "json"] : texts(flags, "format"),
      measurement: undefined,
    });
  }
  await show(result, flags);
  return codeOf(result);
}

/** Written as the file that asks the same, instead of answered. */
export async function saveQuestion(
  path: string,
  data: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { toYaml } = await import("../files/yaml.ts");
  const { writeText } = await import("../files/write.ts");
  await writeText(path, toYaml(data));
  say(`wrote ${path}; answer it with: npx fabricast run ${path}`);
  return 0;
}
