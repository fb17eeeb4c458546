/** One question through all stages to its result; one file a kind of question. */
import { present } from "../base/assert.ts";
import type { Question } from "../records/job.ts";
import type { Result } from "../records/result.ts";
import { answerCollective } from "./collective.ts";
import { answerCompare } from "./compare.ts";
import type { Asked } from "./head.ts";
import { answerLarge } from "./large/answer.ts";
import { answerSimulate } from "./simulate.ts";
import { answerSolve } from "./solve.ts";

export function answer(question: Question, asked: Asked): Result {
  switch (question.kind) {
    case "compare":
      return answerCompare(question, asked);
    case "simulate":
      return answerSimulate(question, asked);
    case "large": {
      const { readLayout, ...given } = present(asked.large, "what large models need");
      return answerLarge({ ...question, ...given }, { words: asked.words, readLayout });
    }
    case "solve":
      return answerSolve(question, asked);
    case "collective":
      return answerCollective(question, asked);
  }
}
