/**
 * Trains in several processes of the operating system, data parallel: starts them, introduces
 * them to each other, and notices when one of them ends before its time.
 */
import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PartialError } from "../base/errors.ts";
import { nowS } from "../files/clock.ts";
import { duration } from "../base/format.ts";
import { createProgressBoard } from "../files/progress.ts";
import type { Training } from "../records/job.ts";
import { createMemory, sharedMemory } from "./wires/memory-wires.ts";
import type { RankMessage, StartMessage, Transport } from "./messages.ts";
import { errorOf } from "./messages.ts";
import type { Axis } from "./mesh.ts";
import { rankCountOf } from "./mesh.ts";
import type { Parallel } from "./parallel.ts";
import { PULSE_NUMBER_COUNT } from "./pulse.ts";
import type { RankTask } from "./rank-task.ts";
import type { ProcessReport } from "./report.ts";
import type { PruneOptions } from "./run.ts";
import type { Saving } from "./saving.ts";
import type { Stall } from "./stall.ts";
import { stallBounds, watchStall } from "./stall.ts";
import type { Stuck } from "./stuck.ts";
import { watchStopped } from "./watch.ts";

export interface ProcessesOptions {
  readonly parallel: Parallel;
  readonly transport?: Transport;
  readonly saving?: Saving;
  readonly prune?: PruneOptions | undefined;
  /** For tests: collectives along this axis do nothing. */
  readonly without?: Axis;
  /** For tests: the report of rank 0 has the gradients of each step. */
  readonly probes?: boolean;
  /** Instead of training. */
  readonly task?: RankTask;
  /** For tests: a rank that gets stuck. */
  readonly stuck?: Stuck;
  /** How long nothing may happen anywhere; else it follows from the steps so far. */
  readonly stallAfterS?: number | undefined;
  readonly onStart?: (pids: readonly number[]) => void;
  readonly onStep?: (step: number, loss: number) => void;
  /** What to tell the reader when a process is lost; `savedStep` is undefined before any save. */
  readonly advice?: (savedStep: number | undefined) => string;
}

/** Memory where it can be shared, else TCP. */
export function bestTransport(): Transport {
  return "transport" in sharedMemory() ? "memory" : "tcp";
}

/** How long after a neighbor missed a process its end must have been seen. */
const LOST_MAX_MS = 1500;

/** One report a rank, in their order. */
export function trainInProcesses(
  training: Training,
  options: ProcessesOptions,
): Promise<ProcessReport[]> {
  return new Promise((resolve, reject) => {
    const { transport = bestTransport() } = options;
    new Processes(training, { ...options, transport }, { resolve, reject }).start();
  });
}

interface Outcome {
  readonly resolve: (reports: ProcessReport[]) => void;
  readonly reject: (error: Error) => void;
}

class Processes {
  readonly #training: Training;
  readonly #options: ProcessesOptions;
  readonly #outcome: Outcome;
  readonly #children: ChildProcess[] = [];
  readonly #ports: (number | undefined)[] = [];
  readonly #reports: (ProcessReport | undefined)[] = [];
  readonly #rankCount: number;
  #step = 0;
  /** When the last step was told, and the longest between two. */
  #steppedS: number | undefined;
  #longestStepS: number | undefined;
  #savedStep: number | undefined;
  #isOver = false;
  #endWatch: () => void = () => undefined;

  constructor(training: Training, options: ProcessesOptions, outcome: Outcome) {
    this.#training = training;
    this.#options = options;
    this.#rankCount = rankCountOf(options.parallel.degrees);
    this.#outcome = outcome;
  }

  start(): void {
    const path = workerPath();
    const { transport } = this.#options;
    const processCount = this.#rankCount;
    // Of the descriptors, the fifth is the memory, which needs no name that way, and the sixth
    // where they show their progress.
    const memory = transport === "memory" ? createMemory(processCount) : "ignore";
    const board = createProgressBoard(processCount, PULSE_NUMBER_COUNT);
    for (let rank = 0; rank < processCount; rank++) {
      // Nothing of how this process was started applies to them; their messages go to stderr.
      const child = fork(path, [transport ?? "tcp"], {
        execArgv: [],
        // Processes share the cores: more threads each would wait for one another.
        env: { ...process.env, FABRICAST_THREADS: process.env["FABRICAST_THREADS"] || "1" },
        serialization: "advanced",
        stdio: ["ignore", "ignore", "inherit", "ipc", memory, board.descriptorIndex],
      });
      this.#children.push(child);
      child.on("message", (message) => this.#hear(rank, message as RankMessage));
      child.on("error", (error) => this.#fail(error));
      child.on("exit", (code, signal) => this.#ended(rank, signal ?? `code ${code}`));
    }
    const pids = this.#children.map(({ pid = 0 }) => pid);
    const endStopped = watchStopped(pids, (rank) => {
      this.#lost(`${this.#named(rank)} stands still`);
    });
    const endStall = watchStall({
      read: () => board.read(),
      bounds: () => stallBounds(this.#longestStepS, this.#options.stallAfterS),
      isDone: (rank) => this.#reports[rank] !== undefined,
      onStall: (stall, idleS) => this.#stalled(stall, idleS),
      clock: nowS,
    });
    this.#endWatch = () => {
      endStopped();
      endStall();
      board.close();
    };
    this.#options.onStart?.(pids);
  }

  #hear(rank: number, message: RankMessage): void {
    switch (message.kind) {
      case "listening":
        this.#ports[rank] = message.port;
        this.#introduce();
        return;
      case "step":
        this.#stepped(message.step);
        this.#options.onStep?.(message.step, message.loss);
        return;
      case "saved":
        this.#savedStep = message.step;
        return;
      case "lost":
        // The end of the lost process itself is on its way; only it says who and how.
        setTimeout(() => this.#lost(`a neighbor of ${this.#named(rank)}`), LOST_MAX_MS).unref();
        return;
      case "failed":
        this.#fail(errorOf(message.error));
        return;
      case "done":
        this.#reports[rank] = message.report;
        this.#finish();
    }
  }

  /** Once all listen, all are told of each other. */
  #introduce(): void {
    const ports = this.#ports.filter((port) => port !== undefined);
    if (ports.length < this.#rankCount) return;
    const { saving = {}, prune, without, transport = "tcp", parallel } = this.#options;
    const { probes = false, task, stuck } = this.#options;
    const token = `${process.pid} ${nowS()}`;
    for (const [rank, child] of this.#children.entries()) {
      const training = this.#training;
      const start: StartMessage = {
        ...{ kind: "start", rank, ports, token, training, saving, prune, without, transport },
        ...{ parallel, probes },
        ...(task === undefined ? {} : { task }),
        ...(stuck === undefined ? {} : { stuck }),
      };
      child.send(start);
    }
  }

  #finish(): void {
    const reports = this.#reports.filter((report) => report !== undefined);
    if (reports.length < this.#rankCount || this.#isOver) return;
    this.#isOver = true;
    this.#endWatch();
    for (const child of this.#children) if (child.connected) child.disconnect();
    this.#outcome.resolve(reports);
  }

  #stepped(step: number): void {
    const clockS = nowS();
    if (this.#steppedS !== undefined) {
      this.#longestStepS = Math.max(this.#longestStepS ?? 0, clockS - this.#steppedS);
    }
    [this.#step, this.#steppedS] = [step, clockS];
  }

  #stalled({ ranks, areWaiting }: Stall, idleS: number): void {
    const who = ranks.map((rank) => this.#named(rank)).join(", ");
    const has = ranks.length === 1 ? "has" : "have";
    const what = areWaiting ? "not come to the exchange that others wait in" : "made no progress";
    this.#lost(`${who} ${has} ${what} for ${duration(idleS, 2)}`);
  }

  #ended(rank: number, how: string): void {
    if (this.#reports[rank] === undefined) this.#lost(`${this.#named(rank)} ended (${how})`);
  }

  #named(rank: number): string {
    return `rank ${rank} (pid ${this.#children[rank]?.pid})`;
  }

  #lost(what: string): void {
    const advice = this.#options.advice?.(this.#savedStep) ?? "";
    this.#fail(new PartialError(`${what} after step ${this.#step}; ${advice}`));
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#endWatch();
    for (const child of this.#children) child.kill("SIGKILL");
    this.#outcome.reject(error);
  }
}

/** Beside the bundle in dist/, also when running from the sources. */
function workerPath(): string {
  const source = new URL("./rank.worker.ts", import.meta.url);
  const folder = source.pathname.includes("/src/training/") ? "../../dist/" : "./";
  return fileURLToPath(new URL(`${folder}rank.worker.js`, import.meta.url));
}
