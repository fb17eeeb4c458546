/**
 * GOAL text, the schedule language of LogGOPSim: ranks in order, in each of them sends, receives
 * and computation with optional labels, and which label requires which.
 */
import type { Issue } from "../../base/errors.ts";
import { InputError } from "../../base/errors.ts";
import type { GoalSchedule } from "../../records/goal.ts";
import { GOAL_ANY, GOAL_CALCULATE, GOAL_RECEIVE, GOAL_SEND } from "../../records/goal.ts";
import { issueAt, shown } from "../issue.ts";
import { GoalBuilder } from "./goal-builder.ts";

const LABEL = String.raw`^(?:([a-zA-Z]\w*)\s*:\s*)?`;
const MESSAGE = new RegExp(
  LABEL +
    String.raw`(?:send\s+(\d+)b\s+to|recv\s+(\d+)b\s+from)\s+(-1|\d+)` +
    String.raw`(?:\s+tag\s+(-1|\d+))?(?:\s+cpu\s+(\d+))?(?:\s+nic\s+(\d+))?$`,
);
const CALCULATE = new RegExp(LABEL + String.raw`calc\s+(\d+)(?:\s+cpu\s+(\d+))?$`);
const REQUIRES = /^([a-zA-Z]\w*)\s+(i?requires)\s+([a-zA-Z]\w*)$/;
/** Above this many mistakes the file is of another kind. */
const MOST_ISSUES = 20;
/** Ids of processors and cards are bytes; sizes and times stay exact as plain numbers. */
const MOST_ID = 255;
const MOST_RANK = 2 ** 24;

export function parseGoal(text: string, file: string): GoalSchedule {
  const reader = new Reader(file);
  // Comments become blanks, so that lines and columns stay.
  const plain = text
    .replace(/\/\*[\s\S]*?(\*\/|$)/g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/\/\/[^\n]*/g, "");
  for (const [i, line] of plain.split(/\r?\n/).entries()) {
    if (reader.issueCount >= MOST_ISSUES) break;
    if (line.trim() !== "") reader.read(line.trim(), i + 1, line.search(/\S/) + 1);
  }
  return reader.finish();
}

class Reader {
  readonly #file: string;
  readonly #builder = new GoalBuilder();
  readonly #issues: Issue[] = [];
  readonly #peers: { readonly peer: number; readonly line: number }[] = [];
  #labels = new Map<string, number>();
  #announced: number | undefined;
  #rank = -1;
  #isOpen = false;
  #line = 0;
  #column = 0;

  constructor(file: string) {
    this.#file = file;
  }

  get issueCount(): number {
    return this.#issues.length;
  }

  read(line: string, number: number, column: number): void {
    this.#line = number;
    this.#column = column;
    const count = /^num_ranks\s+(\d+)$/.exec(line)?.[1];
    if (count !== undefined && this.#announced === undefined) return this.#announce(count);
    if (this.#announced === undefined) return this.#complain(line, "num_ranks N before all else");
    const rank = /^rank\s+(\d+)\s*\{$/.exec(line)?.[1];
    if (rank !== undefined) return this.#open(Number(rank));
    if (line === "}" && this.#isOpen) {
      this.#isOpen = false;
      return;
    }
    if (!this.#isOpen) return this.#complain(line, `rank ${this.#rank + 1} {`);
    this.#statement(line);
  }

  finish(): GoalSchedule {
    const announced = this.#announced ?? 0;
    if (this.#isOpen) this.#complain("the end of the file", `a } that ends rank ${this.#rank}`);
    else if (this.#rank + 1 !== announced || announced === 0) {
      this.#complain(`${this.#rank + 1} ranks`, `the ${announced} that num_ranks announces`);
    }
    for (const { peer, line } of this.#peers) {
      if (peer < announced) continue;
      this.#line = line;
      this.#complain(`rank ${peer}`, `a rank below ${announced}`);
    }
    if (this.#issues.length > 0) throw new InputError(this.#issues.slice(0, MOST_ISSUES));
    return this.#builder.schedule();
  }

  #announce(count: string): void {
    this.#announced = Number(count);
    if (this.#announced < 1 || this.#announced > MOST_RANK) {
      this.#complain(count, `1 to ${MOST_RANK} ranks`);
    }
  }

  #open(rank: number): void {
    if (this.#isOpen) this.#complain(`rank ${rank}`, `a } that ends rank ${this.#rank}`);
    if (rank !== this.#rank + 1) this.#complain(`rank ${rank}`, `rank ${this.#rank + 1}, in order`);
    this.#rank = rank;
    this.#isOpen = true;
    this.#labels = new Map();
    this.#builder.beginRank();
  }

  #statement(line: string): void {
    const message = MESSAGE.exec(line);
    if (message !== null) return this.#message(message);
    const calculation = CALCULATE.exec(line);
    if (calculation !== null) {
      const [, label, size = "", cpu = "0"] = calculation;
      const op = { kind: GOAL_CALCULATE, size: this.#size(size), peer: 0, tag: 0 };
      this.#label(label, this.#builder.add({ ...op, cpu: this.#id(cpu), nic: 0 }));
      return;
    }
    const requires = REQUIRES.exec(line);
    if (requires !== null) {
      const [, waits = "", word, on = ""] = requires;
      const [a, b] = [this.#labelled(waits), this.#labelled(on)];
      if (a !== undefined && b !== undefined) this.#builder.wait(a, b, word === "irequires");
      return;
    }
    this.#complain(line, "send Nb to R, recv Nb from R, calc N, or A requires B");
  }

  #message(found: RegExpExecArray): void {
    const [, label, sent, received = "", peerWord = "", tag = "0", cpu = "0", nic = "0"] = found;
    const isSend = sent !== undefined;
    const peer = Number(peerWord);
    if (isSend && peer === GOAL_ANY) this.#complain("send to -1", "a rank to send to");
    if (peer !== GOAL_ANY) this.#peers.push({ peer, line: this.#line });
    const op = this.#builder.add({
      kind: isSend ? GOAL_SEND : GOAL_RECEIVE,
      size: this.#size(sent ?? received),
      peer,
      tag: Number(tag),
      cpu: this.#id(cpu),
      nic: this.#id(nic),
    });
    this.#label(label, op);
  }

  #label(label: string | undefined, op: number): void {
    if (label === undefined) return;
    if (this.#labels.has(label)) this.#complain(label, "a label not used before in this rank");
    this.#labels.set(label, op);
  }

  #labelled(label: string): number | undefined {
    const op = this.#labels.get(label);
    if (op === undefined) this.#complain(label, "a label of an operation above, in this rank");
    return op;
  }

  #size(word: string): number {
    const size = Number(word);
    if (!Number.isSafeInteger(size)) this.#complain(word, "a whole number below 2^53");
    return size;
  }

  #id(word: string): number {
    const id = Number(word);
    if (id > MOST_ID) this.#complain(word, `a processor or card from 0 to ${MOST_ID}`);
    return Math.min(id, MOST_ID);
  }

  #complain(found: string, expected: string): void {
    const place = { file: this.#file, line: this.#line, column: this.#column, pointer: "" };
    const nextStep = "correct the schedule";
    this.#issues.push(
      issueAt(place, { code: "not-goal", found: shown(found), expected, nextStep }),
    );
  }
}
