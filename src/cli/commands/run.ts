/** `run FILE`: answer whatever question the file asks, and write its reports. */
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { COLOR_OPTION, FORMAT_OPTION, JSON_OPTION, OUT_OPTION, SET_OPTION } from "../options.ts";
import { codeOf, say, show } from "../output.ts";
import { shownWords } from "../words.ts";

export const run: Command = {
  names: ["run"],
  words: ["run <file>"],
  describe: "Answer the question in a file and write its reports",
  examples: [
    "fabricast run scenarios/questions/quickstart.yaml",
    "fabricast run question.yaml --set job.globalBatch=2048 --out reports/out",
  ],
  options: {
    measurement: {
      type: "string",
      requiresArg: true,
      describe: "take a stored measurement instead of training on this machine",
    },
    format: FORMAT_OPTION,
    out: OUT_OPTION,
    set: SET_OPTION,
    json: JSON_OPTION,
    color: COLOR_OPTION,
  },
  async handle(flags, words) {
    // Rooms load here, not above: --help must not wait for mathjs and jsdom.
    const { readDocument } = await import("../../files/document.ts");
    const { readQuestion } = await import("../../files/question.ts");
    const { answer } = await import("../../answers/answer.ts");
    const { largeGiven } = await import("../large.ts");
    const { placed } = await import("../placed.ts");
    const { recordings } = await import("../recordings.ts");
    const { writeReports } = await import("../reports.ts");

    const settings = await import("../settings.ts");
    const set = settings.parseSettings(texts(flags, "set"));
    const file = text(flags, "file") ?? "";
    const { traceQuestionIfAny } = await import("../../files/trace-question.ts");
    const replay = await traceQuestionIfAny(file, set);
    if (replay !== undefined) {
      const { answered } = await import("../execution-trace.ts");
      return await answered(flags, replay);
    }
    const question = await readQuestion(file, { set });
    const recorded = await recordings(question, text(flags, "measurement"));
    const given = { ...recorded, ...(await largeGiven(question)) };
    const result = await placed(
      () => readDocument(file),
      () => answer(question, { words: shownWords(words), ...given }),
    );
    await writeReports(result, {
      folder: text(flags, "out") ?? "",
      formats: flags["format"] === undefined ? ["html", "csv", "json"] : texts(flags, "format"),
      measurement: recorded.measurementFile === undefined ? recorded.measurement : undefined,
    });
    await show(result, flags);
    if (!isOn(flags, "json")) say("");
    return codeOf(result);
  },
};
