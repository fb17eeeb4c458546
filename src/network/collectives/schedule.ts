/**
 * A user's own schedule: moves of chunks between ranks, step by step. It is carried out on
 * data before it is timed, and refused at the first rank and chunk that end wrong.
 *
 * The buffer is cut into as many chunks as the greatest number names. What holds before and
 * after is that of the collective: block r of a buffer (chunks r·C/n …) belongs to rank r.
 */
import { at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import { seeded } from "../../base/random.ts";
import { claimOf } from "./schedule-claims.ts";
import type { ChunkMove, Collective, Program, Step } from "../../records/schedule.ts";

export interface ScheduleAsked {
  readonly name: string;
  readonly collective: Collective;
  readonly rankCount: number;
  readonly moves: readonly ChunkMove[];
}

/** The program for a buffer of one byte; a Refusal if it does not do what its name says. */
export function scheduleProgram(asked: ScheduleAsked): Program {
  const { name, collective, rankCount } = asked;
  const moves = asked.moves.toSorted((a, b) => a.step - b.step);
  const chunkCount = moves.reduce(
    (most, { chunkId, intoId = 0 }) => Math.max(most, chunkId + 1, intoId + 1),
    rankCount,
  );
  refuseUneven(asked, chunkCount);
  const steps = stepsOf(moves, chunkCount);
  refuseWrong(asked, moves, chunkCount);
  return { collective, algorithm: name, rankCount, sizeBytes: 1, steps };
}

/** Blocks are whole chunks where the collective has blocks. */
function refuseUneven({ name, collective, rankCount }: ScheduleAsked, chunkCount: number): void {
  const hasBlocks = !["all-reduce", "broadcast", "reduce", "send-receive"].includes(collective);
  if (!hasBlocks || chunkCount % rankCount === 0) return;
  throw new Refusal({
    code: "wrong-schedule",
    pointer: "",
    found: `${chunkCount} chunks for ${rankCount} ranks in ${name}`,
    expected: `a multiple of ${rankCount}: in ${collective} each rank owns as many`,
    nextStep: "cut the buffer into chunks of one block or less",
  });
}

/** Moves of one number together; equal patterns are one array, so that they are solved once. */
function stepsOf(moves: readonly ChunkMove[], chunkCount: number): Step[] {
  const groups = new Map<number, ChunkMove[]>();
  for (const move of moves) {
    const known = groups.get(move.step);
    if (known === undefined) groups.set(move.step, [move]);
    else known.push(move);
  }
  const patterns = new Map<string, Pick<Step, "source" | "target" | "messageBytes">>();
  return [...groups].map(([number, group]) => {
    const key = group.map(({ source, target }) => `${source} ${target}`).join();
    const pattern = patterns.get(key) ?? {
      source: Int32Array.from(group, ({ source }) => source),
      target: Int32Array.from(group, ({ target }) => target),
      messageBytes: new Float64Array(group.length).fill(1 / chunkCount),
    };
    patterns.set(key, pattern);
    return {
      name: `step ${number}`,
      repeat: 1,
      ...pattern,
      part: (m) => {
        const { chunkId, intoId, reduces } = at(group, m);
        const range = { from: chunkId / chunkCount, to: (chunkId + 1) / chunkCount, reduces };
        return intoId === undefined ? range : { ...range, into: intoId / chunkCount };
      },
    };
  });
}

/** All moves of a step read what was there before any of them arrived. */
function refuseWrong(asked: ScheduleAsked, moves: readonly ChunkMove[], chunkCount: number): void {
  const { collective, rankCount } = asked;
  const random = seeded(1);
  // Whole numbers below 2^32: sums are exact in any order, and hardly equal by chance.
  const values = Float64Array.from({ length: rankCount * chunkCount }, () =>
    Math.floor(random() * 2 ** 32),
  );
  const claim = claimOf({
    ...{ collective, rankCount, chunkCount },
    value: (r, c) => at(values, r * chunkCount + c),
  });
  const buffer = Float64Array.from(values, (_, i) =>
    claim.start(Math.floor(i / chunkCount), i % chunkCount),
  );
  const isApart = collective === "all-to-all" || collective === "send-receive";
  const received = isApart ? new Float64Array(buffer.length).fill(Number.NaN) : buffer;
  for (let first = 0; first < moves.length;) {
    let end = first;
    while (moves[end]?.step === moves[first]?.step) end++;
    const group = moves.slice(first, end);
    const sent = group.map(({ source, chunkId }) => at(buffer, source * chunkCount + chunkId));
    for (const [m, { target, chunkId, intoId, reduces }] of group.entries()) {
      const place = target * chunkCount + (isApart ? (intoId ?? chunkId) : chunkId);
      received[place] = reduces ? at(received, place) + at(sent, m) : at(sent, m);
    }
    first = end;
  }
  for (let i = 0; i < received.length; i++) {
    const [rank, chunk] = [Math.floor(i / chunkCount), i % chunkCount];
    const wanted = claim.end(rank, chunk);
    if (wanted !== undefined && received[i] !== wanted) {
      throw wrong(asked, { rank, chunk, words: claim.words, found: at(received, i) });
    }
  }
}

function wrong(
  { name, collective, rankCount }: ScheduleAsked,
  where: { rank: number; chunk: number; words: string; found: number },
): Refusal {
  const { rank, chunk, words, found } = where;
  const what = Number.isNaN(found) ? "nothing that any rank has sent" : "another value";
  return new Refusal({
    code: "wrong-schedule",
    pointer: "",
    found: `rank ${rank}, chunk ${chunk}: ${what}, after all steps of ${name}`,
    expected: `${words}, as ${collective} over ${rankCount} ranks leaves it`,
    nextStep: `follow chunk ${chunk} to rank ${rank} through the schedule`,
  });
}
