/**
 * One process of several that train a model together: it meets the others, trains its share and
 * reports. It ends when the command that started it does.
 */
import { errorMessage } from "./messages.ts";
import type { RankMessage, StartMessage } from "./messages.ts";
import { present } from "../base/assert.ts";
import { runTask } from "./rank-task-run.ts";
import { runTraining } from "./run.ts";
import { savingOptions } from "./saving.ts";
import { createTeam } from "./team.ts";
import { MEMORY_DESCRIPTOR, memoryWires } from "./wires/memory-wires.ts";
import type { TcpEnd } from "./wires/tcp-wires.ts";
import { openTcp } from "./wires/tcp-wires.ts";
import type { Wires } from "./wires/wires.ts";
import { LostNeighbor } from "./wires/wires.ts";

const tcp: TcpEnd | undefined = process.argv[2] === "tcp" ? await openTcp() : undefined;
let wires: Wires | undefined;

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
  const options = await savingOptions(training, saving, (step) => say({ kind: "saved", step }));
  wires =
    start.transport === "tcp"
      ? await present(tcp, "an end for TCP").connect({ rank, ports, token: start.token })
      : memoryWires(MEMORY_DESCRIPTOR, rank, ports.length);
  const team = createTeam(wires, start.parallel.degrees, start.without);
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
    team,
    onStep: async (trainer, loss) => {
      if (isFirst) say({ kind: "step", step: trainer.step, loss });
      await options.onStep?.(trainer, loss);
      // Memory keeps a process busy without a pause in which it would hear of the command's end.
      await new Promise(setImmediate);
      if (!process.connected) throw new LostNeighbor("the command is gone");
    },
  });
  say({ kind: "done", report });
}

function say(message: RankMessage): void {
  if (process.connected) process.send?.(message);
}
