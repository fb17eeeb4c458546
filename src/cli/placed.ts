/**
 * What a lower room refuses of a well-formed question, with the place in the reader's file: rooms
 * below know pointers, not lines.
 */
import { InputError, Refusal } from "../base/errors.ts";
import type { Document } from "../files/document.ts";
import { isGroup } from "../files/walk.ts";

/** Answers, or throws the refusal as a mistake at its place. */
export async function placed<T>(
  document: () => Document | Promise<Document>,
  answer: () => T | Promise<T>,
): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, pointer, found, expected, nextStep } = error;
    const read = await document();
    const [, first = ""] = pointer.split("/");
    // A pointer into another file, a cluster's, has no line in this one.
    const isHere = isGroup(read.data) && first in read.data;
    const whole = { file: read.file, line: 0, column: 0, pointer };
    const place = isHere ? read.place(pointer, "value") : whole;
    throw new InputError([{ ...place, code, found, expected, nextStep }]);
  }
}
