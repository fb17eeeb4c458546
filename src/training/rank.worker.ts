/**
 * One process of several that train a model together: it meets the others, trains its share and
 * reports. It ends when the command that started it does.
 */
import { nowS } from "../files/clock.ts";
import { progressWriter } from "../files/progress.ts";
import { errorMessage } from "./messages.ts";
import type { RankMessage, StartMessage } from "./messages.ts";
import { present } from "../base/assert.ts";
import { Pulse, PULSE_NUMBER_COUNT, pulsedWires } from "./pulse.ts";
import { runTask } from "./rank-task-run.ts";
import { runTraining } from "./run.ts";
import { savingOptions } from "./saving.ts";
import { getStuck } from "./stuck.ts";
import { createTeam } from "./team.ts";
import { mappedNumbers, MEMORY_DESCRIPTOR, memoryWires } from "./wires/memory-wires.ts";
import type { TcpEnd } from "./wires/tcp-wires.ts";
import { openTcp } from "./wires/tcp-wires.ts";
import type { Wires } from "./wires/wires.ts";
import { LostNeighbor } from "./wires/wires.ts";

const tcp: TcpEnd | undefined = process.argv[2] === "tcp" ? await openTcp() : undefined;
let wires: Wires | undefined;

/** Where a process finds the board among its descriptors. */
const BOARD_DESCRIPTOR = 5;

process.once("message", (message: StartMessage) => {
  run(message).catch((error: unknown) => {
    // A lost neighbor is the command's to explain: it knows which process ended, and ends us.
    const isLost = error instanceof LostNeighbor;
    say(
      isLost
        ? { kind: "lost", message: error.message }
        : { kind: "failed", error: errorMessage(error) },
    );
  });
});
// The command hangs up when it has all reports; or it has ended itself.
process.once("disconnect", () => {
  wires?.close();
  tcp?.close();
});
say({ kind: "listening", port: tcp?.port ?? 0 });

async function run(start: StartMessage): Promise<void> {
  const { rank, ports, training, saving, prune } = start;
  const isFirst = rank === 0;
  const pulse = new Pulse(boardWriter(rank, ports.length), nowS);
  const options = await savingOptions(training, saving, (step) => say({ kind: "saved", step }));
  wires =
    start.transport === "tcp"
      ? await present(tcp, "an end for TCP").connect({ rank, ports, token: start.token })
      : memoryWires(MEMORY_DESCRIPTOR, rank, ports.length);
  const team = createTeam(pulsedWires(wires, pulse), start.parallel.degrees, start.without);
  if (start.task !== undefined) {
    say({
      kind: "done",
      report: runTask(start.task, training, { team, parallel: start.parallel }),
    });
    return;
  }
  const report = await runTraining(training, {
    ...options,
    ...{ prune, parallel: start.parallel, probes: start.probes },
    ...{ team, beat: pulse.beat },
    prepare(trainer) {
      options.prepare?.(trainer);
      pulse.enter("computing");
    },
    onStep: async (trainer, loss) => {
      if (isFirst) say({ kind: "step", step: trainer.step, loss });
      pulse.enter("saving");
      await options.onStep?.(trainer, loss);
      pulse.enter("computing");
      // Memory keeps a process busy without a pause in which it would hear of the command's end.
      await new Promise(setImmediate);
      if (!process.connected) throw new LostNeighbor("the command is gone");
      if (start.stuck !== undefined) getStuck(start.stuck, team, trainer.step);
    },
  });
  say({ kind: "done", report });
}

/** A store into memory where that can be had: exchanges of small models take microseconds. */
function boardWriter(rank: number, rankCount: number): (numbers: Int32Array) => void {
  const board = mappedNumbers(BOARD_DESCRIPTOR, rankCount * PULSE_NUMBER_COUNT);
  if (board === undefined) return progressWriter(BOARD_DESCRIPTOR, rank);
  return (numbers) => board.set(numbers, rank * PULSE_NUMBER_COUNT);
}

function say(message: RankMessage): void {
  if (process.connected) process.send?.(message);
}
