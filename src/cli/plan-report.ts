/** `plan` by its flags: the answer, and its report. */
import type { PlanAnswer } from "../records/plan.ts";
import type { ReportDocument } from "../report/document.ts";
import { planDocument } from "../report/plan-document.ts";
import { text } from "./command.ts";
import { planQuestion } from "./plan-flags.ts";
import { planned } from "./planned.ts";
import { shownWords } from "./words.ts";

type Flags = Readonly<Record<string, unknown>>;

export async function planReport(
  flags: Flags,
  words: readonly string[],
): Promise<{ readonly answer: PlanAnswer; readonly document: ReportDocument }> {
  const question = await planQuestion(flags);
  const answer = await planned(question, text(flags, "sites") ?? "", text(flags, "prices"));
  return { answer, document: planDocument(answer, shownWords(words)) };
}
