/** Each error code once: what it means and how to mend it. A test finds every code here. */

export interface ErrorCode {
  readonly means: string;
  readonly mend: string;
}

export const CODES: ReadonlyMap<string, ErrorCode> = new Map([
  code("missing-file", "a named file does not exist", "correct the path"),
  code("is-a-folder", "a folder stands where a file was named", "name a file inside it"),
  code("too-large", "a file is larger than 16 MiB", "split it, or leave out what is not needed"),
  code("too-deep", "a file is nested deeper than 200 levels", "flatten it"),
  code("not-text", "a file is not UTF-8 text", "save it as UTF-8"),
  code("not-yaml", "a file is neither YAML nor JSON", "mend the syntax at the place named"),
  code("forbidden-key", "a key such as __proto__ could change the program", "rename it"),
  code("duplicate-key", "a key stands twice in one block", "remove one of them"),
  code("unknown-key", "a key is not part of the format", "take the key suggested"),
  code("missing-key", "a required key is absent", "add it; `fabricast schema` lists the keys"),
  code("wrong-type", "a value is of another type than the field", "write it as expected"),
  code("not-allowed-value", "a value is not one of those allowed", "take one of those listed"),
  code("repeated-value", "a list holds a value twice", "remove one of them"),
  code("bare-quantity", "a number has no unit", "add the unit: 400 Gb/s is not 400 GB/s"),
  code("wrong-dimension", "a unit measures something else", "take a unit of the kind expected"),
  code("unknown-unit", "a unit is not known", "take the spelling suggested"),
  code("out-of-range", "a number is below or above what makes sense", "correct the number"),
  code("unknown-part", "no part or cluster has this id", "take the id suggested, or add the file"),
  code("unknown-model", "no model has this id", "take the id suggested, or add the file"),
  code("unknown-kind", "a file is of no known kind", "start from `fabricast init`"),
  code("newer-version", "a result was written by a newer version", "update this program"),
  code("unknown-version", "a result does not say a version we know", "render it where it was made"),
  code("exists", "a file exists and would be overwritten", "name another folder, or --force"),
  code("invalid-flag", "the value of a flag is invalid", "correct it as the message says"),
  code("too-many-ranks", "more ranks are asked than the cluster has", "ask for fewer"),
  code("no-such-size", "a torus does not come in this size", "take one of the sizes named"),
  code(
    "does-not-divide",
    "a batch, or a number of ranks, does not divide as the layout needs",
    "take one of the numbers named",
  ),
  code("does-not-fit", "a step needs more memory than the accelerator has", "do as it says"),
  code("no-accelerator", "the cluster has no accelerators to compute on", "name another cluster"),
  code("unknown-base", "the base of the efficiency is no size that is asked", "name another"),
  code("not-a-rank-count", "a number of ranks is not a whole number from 1 on", "correct it"),
  code(
    "too-many-ports",
    "a switch has fewer ports than the cluster uses",
    "change ports or uplinks",
  ),
  code("backend-missing", "the native backend was asked for and is not there", "build it"),
  code("unknown-backend", "FABRICAST_BACKEND names no backend", "take native or typescript"),
  code("training-diverged", "a loss became infinite or not a number", "lower learningRate"),
  code("unknown-collective", "no such collective is modeled", "take one of those named"),
  code("unknown-algorithm", "no such algorithm exists", "take one of those named, or auto"),
  code("unsupported-algorithm", "the algorithm cannot run on these ranks", "take another, or auto"),
  code("empty-table", "a table has no header", "name the columns in its first line"),
  code("ragged-table", "a record of a table has too many cells", "quote cells that hold commas"),
  code("unknown-table", "a table has the columns of no known schema", "name them as expected"),
  code("contradiction", "a row of a table contradicts itself", "correct one of the figures"),
  code("faster-than-peak", "a measured rate exceeds the peak of its part", "correct one of them"),
]);

function code(id: string, means: string, mend: string): [string, ErrorCode] {
  return [id, { means, mend }];
}
