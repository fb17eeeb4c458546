/**
 * A collective as a GOAL schedule: what a rank sends and receives in a step waits for all that it
 * sent and received in its step before. Tags are numbers of steps, so that nothing is mistaken.
 */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { Graph } from "../records/graph.ts";
import type { Collective, Program } from "../records/schedule.ts";
import { collectiveProgram, collectiveTime } from "../network/collective-time.ts";
import { messageCountOf } from "../network/engine/expand.ts";

const MESSAGES_MOST = 2 ** 20;

export interface CollectiveGoal {
  readonly algorithm: string;
  readonly messageCount: number;
  readonly text: string;
}

export function collectiveGoal(
  graph: Graph,
  asked: {
    readonly collective: Collective;
    readonly algorithm: string;
    readonly sizeBytes: number;
  },
): CollectiveGoal {
  const isOpen = asked.algorithm === "auto";
  const algorithm = isOpen ? collectiveTime(graph, asked).algorithm : asked.algorithm;
  const program = collectiveProgram(graph, { ...asked, algorithm });
  const messageCount = messageCountOf(program);
  if (messageCount > MESSAGES_MOST) throw tooLong(messageCount);
  return { algorithm, messageCount, text: goalText(program) };
}

function goalText({ rankCount, steps }: Program): string {
  const lines = Array.from({ length: rankCount }, (): string[] => []);
  let before: string[][] = lines.map(() => []);
  let tag = 0;
  for (const step of steps) {
    for (let times = 0; times < step.repeat; times++, tag++) {
      const now = lines.map((): string[] => []);
      const add = (rank: number, op: string): void => {
        const label = `o${tag}n${at(now, rank).length}`;
        at(now, rank).push(label);
        at(lines, rank).push(`${label}: ${op} tag ${tag}`);
        for (const one of at(before, rank)) at(lines, rank).push(`${label} requires ${one}`);
      };
      for (let m = 0; m < step.source.length; m++) {
        const [from, to] = [at(step.source, m), at(step.target, m)];
        const bytes = wholeBytes(at(step.messageBytes, m));
        add(from, `send ${bytes}b to ${to}`);
        add(to, `recv ${bytes}b from ${from}`);
      }
      // Whoever rests in a step goes on from the last in which it did not.
      before = before.map((old, rank) => (at(now, rank).length > 0 ? at(now, rank) : old));
    }
  }
  const ranks = lines.map((own, rank) => `rank ${rank} {\n${own.join("\n")}\n}\n`);
  return `num_ranks ${rankCount}\n\n${ranks.join("\n")}`;
}

function wholeBytes(bytes: number): number {
  const whole = Math.round(bytes);
  if (Math.abs(whole - bytes) <= 1e-6 * Math.max(1, bytes) && whole > 0) return whole;
  throw new Refusal({
    code: "does-not-divide",
    pointer: "",
    found: `messages of ${bytes} bytes`,
    expected: "whole bytes from 1 on, which is all that GOAL can say",
    nextStep: "take a size that the number of ranks divides",
  });
}

function tooLong(count: number): Refusal {
  return new Refusal({
    code: "too-many-events",
    pointer: "",
    found: `${count} messages`,
    expected: `at most ${MESSAGES_MOST} in a text`,
    nextStep: "take fewer ranks",
  });
}
