/**
 * Trains in several processes of the operating system, data parallel: starts them, introduces
 * them to each other, and notices when one of them ends before its time.
 */
import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PartialError } from "../base/errors.ts";
import { nowS } from "../files/clock.ts";
import type { Training } from "../records/job.ts";
import { createMemory, sharedMemory } from "./wires/memory-wires.ts";
import type { RankMessage, StartMessage, Transport } from "./messages.ts";
import { errorOf } from "./messages.ts";
import type { Axis } from "./mesh.ts";
import { rankCountOf } from "./mesh.ts";
import type { Parallel } from "./parallel.ts";
import type { RankTask } from "./rank-task.ts";
import type { ProcessReport } from "./report.ts";
import type { PruneOptions } from "./run.ts";
import type { Saving } from "./saving.ts";
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
    // Of the descriptors, the fifth is the memory, which needs no name that way.
    const memory = transport === "memory" ? [createMemory(processCount)] : [];
    for (let rank = 0; rank < processCount; rank++) {
      // Nothing of how this process was started applies to them; their messages go to stderr.
      const child = fork(path, [transport ?? "tcp"], {
        execArgv: [],
        // Processes share the cores: more threads each would wait for one another.
        env: { ...process.env, FABRICAST_THREADS: process.env["FABRICAST_THREADS"] || "1" },
        serialization: "advanced",
        stdio: ["ignore", "ignore", "inherit", "ipc", ...memory],
      });
      this.#children.push(child);
      child.on("message", (message) => this.#hear(rank, message as RankMessage));
      child.on("error", (error) => this.#fail(error));
      child.on("exit", (code, signal) => this.#ended(rank, signal ?? `code ${code}`));
    }
    const pids = this.#children.map(({ pid = 0 }) => pid);
    this.#endWatch = watchStopped(pids, (rank) => this.#lost(`${this.#named(rank)} stands still`));
    this.#options.onStart?.(pids);
  }

  #hear(rank: number, message: RankMessage): void {
    switch (message.kind) {
      case "listening":
        this.#ports[rank] = message.port;
        this.#introduce();
        return;
      case "step":
        this.#step = message.step;
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
    const { probes = false, task } = this.#options;
    const token = `${process.pid} ${nowS()}`;
    for (const [rank, child] of this.#children.entries()) {
      const training = this.#training;
      const start: StartMessage = {
        ...{ kind: "start", rank, ports, token, training, saving, prune, without, transport },
        ...{ parallel, probes },
        ...(task === undefined ? {} : { task }),
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
