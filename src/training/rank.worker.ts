/**
 * One process of several that train a model together: it listens, meets its neighbors in the
 * ring, trains its share and reports. It ends when the command that started it does.
 */
import { errorMessage } from "./messages.ts";
import type { RankMessage, StartMessage } from "./messages.ts";
import { present } from "../base/assert.ts";
import { loadAddon } from "../tensor/backend.ts";
import { MEMORY_DESCRIPTOR, memoryRing } from "./memory-ring.ts";
import type { MemoryWire } from "./memory-ring.ts";
import { runTask } from "./rank-task-run.ts";
import { LostNeighbor, ringGroup } from "./ring.ts";
import { runTraining } from "./run.ts";
import { savingOptions } from "./saving.ts";
import { listen, tcpRing } from "./tcp.ts";
import type { TcpWire } from "./tcp.ts";

const listener = await listen();
let wire: TcpWire | MemoryWire | undefined;

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
  wire?.close();
  listener.server.close();
});
say({ kind: "listening", port: listener.port });

async function run(start: StartMessage): Promise<void> {
  const { rank, ports, training, saving, prune, reduces } = start;
  const share = { rank, rankCount: ports.length };
  const isFirst = rank === 0;
  // All go on from the checkpoint; one of them saves, since all hold the same.
  const own = isFirst ? saving : { ...saving, checkpoint: undefined };
  const options = await savingOptions(training, own, (step) => say({ kind: "saved", step }));
  wire =
    start.transport === "tcp"
      ? await tcpRing(listener, share, ports, start.token)
      : memoryRing(present(loadAddon().addon, "the addon"), MEMORY_DESCRIPTOR, share);
  if (start.task !== undefined) {
    say({ kind: "done", report: await runTask(start.task, training, ringGroup(wire, share)) });
    return;
  }
  const report = await runTraining(training, {
    ...options,
    prune,
    reduces,
    group: ringGroup(wire, share),
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
