/** Processes that are alive and get no further are noticed and named; slow ones are let be. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { InputError, PartialError } from "../../src/base/errors.ts";
import { stallAfter } from "../../src/cli/native-options.ts";
import { readCheckpoint } from "../../src/files/checkpoint.ts";
import { createProgressBoard, progressWriter } from "../../src/files/progress.ts";
import { readTraining } from "../../src/files/training.ts";
import { bestTransport, trainInProcesses } from "../../src/training/processes.ts";
import type { PulseState } from "../../src/training/pulse.ts";
import { Pulse, PULSE_NUMBER_COUNT, PULSE_STATES, pulsedWires } from "../../src/training/pulse.ts";
import type { Stall } from "../../src/training/stall.ts";
import { stallBounds, stallLook } from "../../src/training/stall.ts";
import type { Stuck } from "../../src/training/stuck.ts";
import type { Wires } from "../../src/training/wires/wires.ts";
import { freshFolder } from "../support/cli.ts";
import { layout } from "./layouts.ts";

const training = { ...(await readTraining("gpt")), steps: 2000 };
const transports = [...new Set([bestTransport(), "tcp" as const])];

/** The bound, a look every 0.25 s, and the start of whatever the machine does besides. */
const [BOUND_S, NOTICED_S] = [1, 2];

for (const how of ["spins", "receives"] as const) {
  for (const transport of how === "receives" ? transports.slice(0, 1) : transports) {
    test(`a rank that ${how} for ever is named, over ${transport}`, () => stuck(how, transport));
  }
}

async function stuck(how: Stuck["how"], transport: "memory" | "tcp"): Promise<void> {
  const checkpoint = join(freshFolder(), "run.safetensors");
  let pids: readonly number[] = [];
  let lastStepMs = 0;
  const run = trainInProcesses(training, {
    ...{ parallel: layout({ data: 4 }), transport, stallAfterS: BOUND_S },
    stuck: { rank: 2, step: 5, how },
    saving: { checkpoint, everySteps: 2 },
    onStart: (started) => (pids = started),
    onStep: () => (lastStepMs = performance.now()),
    advice: (savedStep) => `saved ${savedStep}`,
  });
  await rejects(run, (error) => {
    ok(error instanceof PartialError);
    const has = how === "receives" ? "not come to the exchange that others wait in" : "made no";
    ok(error.message.startsWith(`rank 2 (pid ${pids[2]}) has ${has}`), error.message);
    ok(error.message.endsWith(" after step 5; saved 4"), error.message);
    return true;
  });
  const noticedMs = performance.now() - lastStepMs;
  ok(noticedMs >= 1000 * BOUND_S && noticedMs < 1000 * NOTICED_S, `noticed after ${noticedMs} ms`);
  equal((await readCheckpoint(checkpoint)).step, 4);
}

interface Rank {
  readonly state: PulseState;
  readonly beats?: number;
  readonly exchange?: number;
  readonly peers?: readonly number[];
}

function numbersOf({ state, beats = 0, exchange = 0, peers = [] }: Rank): Int32Array {
  const low = peers.reduce((bits, peer) => bits | (1 << peer), 0);
  return Int32Array.of(beats, PULSE_STATES.indexOf(state), exchange, low, 0);
}

/** What is told after so many seconds in which the ranks stand like that. */
function told(ranks: readonly Rank[], seconds: number, bounds = stallBounds(0.1, undefined)) {
  let clockS = 0;
  let stall: Stall | undefined;
  const look = stallLook({
    ...{ bounds: () => bounds, isDone: () => false, clock: () => clockS },
    read: () => ranks.map(numbersOf),
    onStall: (found) => (stall = found),
  });
  look();
  for (; clockS < seconds && stall === undefined; clockS += 0.25) look();
  return stall;
}

const waiting = (peers: readonly number[], exchange = 1): Rank => {
  return { state: "waiting", exchange, peers };
};

test("of ranks at a standstill those are named who do not wait for others", () => {
  const all = [0, 1, 2];
  deepEqual(told([waiting(all), { state: "computing" }, waiting(all)], 11), {
    ...{ areWaiting: false, ranks: [1] },
  });
  // Where all wait: 0 and 1 for 2 in the same exchange, 2 for 0 in another.
  deepEqual(told([waiting(all), waiting(all), waiting([0, 2], 3)], 11), {
    ...{ areWaiting: true, ranks: [2] },
  });
  // A ring in which nobody is more to blame than others.
  const ring = [waiting([0, 1], 3), waiting([1, 2], 3), waiting([2, 0], 3)];
  deepEqual(told(ring, 11), { areWaiting: true, ranks: [0, 1, 2] });
});

test("the bound follows from the steps so far, and is longer while ranks start or save", () => {
  const still: Rank = { state: "computing" };
  equal(told([still], 9.5), undefined);
  ok(told([still], 11) !== undefined);
  // Ten steps of three seconds each.
  equal(told([still], 29, stallBounds(3, undefined)), undefined);
  ok(told([still], 31, stallBounds(3, undefined)) !== undefined);
  equal(told([still], 59, stallBounds(undefined, undefined)), undefined);
  ok(told([still], 2.5, stallBounds(3, 2)) !== undefined);
  for (const state of ["starting", "saving"] as const) {
    equal(told([{ state }, waiting([0, 1])], 119), undefined);
    ok(told([{ state }, waiting([0, 1])], 121) !== undefined);
  }
});

test("whoever finishes operations is never suspected, nor who stood still with the watch", () => {
  let [clockS, beats, tells] = [0, 0, 0];
  const look = stallLook({
    ...{ bounds: () => ({ stepS: 2, slowS: 2 }), isDone: () => false, clock: () => clockS },
    read: () => [numbersOf({ state: "computing", beats }), numbersOf(waiting([0, 1]))],
    onStall: () => (tells += 1),
  });
  for (; clockS < 100; clockS += 0.25) {
    if (clockS % 0.75 === 0) beats++;
    look();
  }
  // Stopped for an hour, with all its processes: the clock alone went on.
  clockS += 3600;
  equal(look(), false);
  equal(tells, 0);
  // Looks follow each other within half a second, or somebody slept: 2 s are four of them.
  let looks = 1;
  do clockS += 3600;
  while (!look() && ++looks < 10);
  ok(looks >= 2 && looks <= 4, `${looks}`);
  equal(tells, 1);
});

test("ranks that have reported are not waited for", () => {
  let tells = 0;
  let clockS = 0;
  const look = stallLook({
    ...{ bounds: () => ({ stepS: 1, slowS: 1 }), isDone: () => true, clock: () => clockS },
    read: () => [numbersOf({ state: "computing" })],
    onStall: () => (tells += 1),
  });
  for (; clockS < 10; clockS += 0.25) look();
  equal(tells, 0);
});

test("a pulse shows beats now and then, states at once, and for whom it waits", () => {
  const board = createProgressBoard(2, PULSE_NUMBER_COUNT);
  let clockS = 0;
  const pulse = new Pulse(progressWriter(board.descriptorIndex, 1), () => clockS);
  const shown = () => [...at(board.read(), 1)].slice(0, 2);
  deepEqual(shown(), [1, 0]);
  pulse.enter("computing");
  for (let i = 0; i < 1000; i++) pulse.beat();
  deepEqual(shown(), [2, 1]);
  clockS += 0.2;
  pulse.beat();
  deepEqual(shown(), [3, 1]);
  let seen: number[] = [];
  const wires = pulsedWires(
    fakeWires(() => (seen = [...at(board.read(), 1)])),
    pulse,
  );
  wires.allReduce({ members: [1, 34], numbers: new Float32Array(1), how: "sum" }, false);
  deepEqual(seen.slice(1), [PULSE_STATES.indexOf("waiting"), 1, 2, 4]);
  deepEqual(shown()[1], 1, "it computes again");
  // In the background nobody waits before the end.
  const call = { members: [0, 1], all: new Float32Array(2), own: new Float32Array(1) };
  const ticket = wires.reduceScatter(call, true);
  deepEqual(seen[1], PULSE_STATES.indexOf("computing"));
  wires.finish(ticket);
  deepEqual(seen.slice(1), [PULSE_STATES.indexOf("waiting"), 2, 3, 0]);
  const parcel = { peer: 0, numbers: new Float32Array(1) };
  wires.transfer({ sent: [parcel], received: [] }, false);
  deepEqual(seen.slice(2), [3, 3, 0]);
  wires.send(parcel);
  deepEqual([...at(board.read(), 0)], [0, 0, 0, 0, 0]);
  wires.close();
  board.close();
});

/** Calls `look` inside each exchange. */
function fakeWires(look: () => void): Wires {
  const exchange = (_: unknown, isBackground = false) => {
    look();
    return isBackground ? 7 : 0;
  };
  return {
    ...{ rank: 1, rankCount: 35 },
    ...{ allReduce: exchange, reduceScatter: exchange, transfer: exchange, finish: exchange },
    ...{ send: () => undefined, close: () => undefined },
  };
}

test("--stall-after takes seconds, and refuses what are none", () => {
  equal(stallAfter({}), undefined);
  equal(stallAfter({ "stall-after": "2.5" }), 2.5);
  for (const wrong of ["0.5", "-1", "soon", "", "1e9"]) {
    let caught: unknown;
    try {
      stallAfter({ "stall-after": wrong });
    } catch (error) {
      caught = error;
    }
    ok(caught instanceof InputError && caught.message.includes("--stall-after"), wrong);
  }
});
