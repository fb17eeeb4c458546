/** Reads a trace file back, and refuses what is damaged, cut off, foreign or too new. */
import { gunzipSync } from "node:zlib";
import type { RecordedTrace } from "../records/trace-file.ts";
import { documentOf } from "./document.ts";
import type { Complaint } from "./issue.ts";
import { refuse, shown, wholeFile } from "./issue.ts";
import { modelFrom } from "./model.ts";
import { codeOf, readBytes } from "./read.ts";
import { LineReader } from "./trace-line.ts";
import { measuredOf, programOf } from "./trace-program.ts";
import { TRACE_FORMAT, TRACE_VERSION } from "./trace-file.ts";
import { trainingFrom } from "./training.ts";

const SIZE_MAX_BYTES = 2 ** 28;
/** Of the text inside: about what one string of the engine holds. */
const TEXT_MAX_BYTES = 2 ** 29 - 2 ** 16;
const EXPECTED = "a trace that `trace record` wrote";

export async function readTrace(path: string): Promise<RecordedTrace> {
  return traceFrom(await readBytes(path, EXPECTED, SIZE_MAX_BYTES), path);
}

export async function traceFrom(bytes: Uint8Array, path: string): Promise<RecordedTrace> {
  const text = inflated(bytes, path);
  const [first = "", ...rest] = text.split("\n");
  const head = headOf(first, path);
  const reader = new LineReader(path);
  const degrees = reader.degrees(head["degrees"]);
  const programCount = reader.count(head["programCount"], "/programCount");
  const lines = rest.filter((line) => line !== "");
  if (lines.length < programCount) {
    return refuse(wholeFile(path), {
      code: "truncated-file",
      found: `${lines.length} of ${programCount} programs`,
      expected: EXPECTED,
      nextStep: "copy it again, whole",
    });
  }
  const values = lines.map((line, i) => reader.line(line, i + 2));
  const programs = values.slice(0, programCount).map((value, i) => {
    reader.at(i + 2);
    return programOf(value, reader);
  });
  reader.at(programCount + 2);
  const measured = measuredOf(values[programCount], reader);
  reader.finish();
  const model = await modelFrom(documentOf(head["model"], `${path} (model)`));
  const training = head["training"];
  return {
    ...{ model, degrees, programs },
    ...(training === undefined
      ? {}
      : { training: await trainingFrom(documentOf(training, `${path} (training)`), path) }),
    ...(measured === undefined ? {} : { measured }),
  };
}

function inflated(bytes: Uint8Array, path: string): string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    return refuse(wholeFile(path), FOREIGN);
  }
  try {
    const text = gunzipSync(bytes, { maxOutputLength: TEXT_MAX_BYTES });
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch (error) {
    return refuse(wholeFile(path), DAMAGES[codeOf(error)] ?? DAMAGED);
  }
}

const FOREIGN: Complaint = {
  code: "not-a-trace",
  found: "a file of another kind",
  expected: EXPECTED,
  nextStep: "record one: `trace record SCENARIO -o FILE`",
};

const DAMAGED: Complaint = {
  code: "damaged-file",
  found: "bytes that are not what was written",
  expected: EXPECTED,
  nextStep: "copy it again",
};

const DAMAGES: Readonly<Record<string, Complaint>> = {
  Z_BUF_ERROR: {
    code: "truncated-file",
    found: "a file whose end is missing",
    expected: EXPECTED,
    nextStep: "copy it again, whole",
  },
  ERR_BUFFER_TOO_LARGE: {
    code: "too-large",
    found: `more than ${Math.floor(TEXT_MAX_BYTES / 2 ** 20)} MiB once unpacked`,
    expected: "a smaller trace",
    nextStep: "is this the right file?",
  },
};

type Head = Readonly<Record<string, unknown>>;

function headOf(line: string, path: string): Head {
  const head = parsedHead(line);
  if (head === undefined) return refuse(wholeFile(path), FOREIGN);
  const { version } = head;
  if (version === TRACE_VERSION) return head;
  const isNewer = typeof version === "number" && version > TRACE_VERSION;
  return refuse(wholeFile(path), {
    code: isNewer ? "newer-version" : "unknown-version",
    found: `a trace of version ${shown(version)}`,
    expected: `version ${TRACE_VERSION}`,
    nextStep: isNewer ? "update this program" : "record it again",
  });
}

function parsedHead(line: string): Head | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    const head = value as Head;
    return head["format"] === TRACE_FORMAT ? head : undefined;
  } catch {
    return undefined; // another kind of file, which is what the caller says
  }
}
