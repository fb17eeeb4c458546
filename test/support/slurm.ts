/**
 * A Slurm cluster of one node for a test: this machine, with a controller and a daemon of its own
 * on free ports and a folder of its own. Needs root and Debian's slurm-wlm; no key, no database.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { freshFolder } from "./cli.ts";

export const NO_SLURM = "no Slurm here, or not root; `apt-get install slurm-wlm` brings it";

const has = (program: string) => spawnSync(program, ["-V"], { stdio: "ignore" }).status === 0;

export function canStartSlurm(): boolean {
  return process.getuid?.() === 0 && has("slurmctld") && has("slurmd");
}

export interface SlurmCluster {
  /** For SLURM_CONF. */
  readonly configPath: string;
  /** The standard output of a client program; throws if it fails. */
  ask(program: string, ...words: string[]): string;
  stop(): void;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

export async function startSlurm(settings: Readonly<Record<string, string>>) {
  const folder = freshFolder();
  const host = hostname().split(".")[0] ?? "localhost";
  for (const name of ["state", "spool"]) mkdirSync(join(folder, name));
  const configPath = join(folder, "slurm.conf");
  const lines = {
    ...{ ClusterName: "one", SlurmctldHost: `${host}(127.0.0.1)`, SlurmUser: "root" },
    ...{ AuthType: "auth/none", CredType: "cred/none", MpiDefault: "none" },
    ...{ SlurmctldPort: await freePort(), SlurmdPort: await freePort() },
    ...{ SlurmctldPidFile: join(folder, "slurmctld.pid") },
    ...{ SlurmdPidFile: join(folder, "slurmd.pid") },
    ...{ SlurmctldLogFile: join(folder, "slurmctld.log") },
    ...{ SlurmdLogFile: join(folder, "slurmd.log") },
    ...{ StateSaveLocation: join(folder, "state"), SlurmdSpoolDir: join(folder, "spool") },
    ...{ ProctrackType: "proctrack/linuxproc", TaskPlugin: "task/none" },
    ...{ JobAcctGatherType: "jobacct_gather/none", SwitchType: "switch/none" },
    ...{ SelectType: "select/cons_tres", SelectTypeParameters: "CR_CPU", ReturnToService: 2 },
    ...settings,
  };
  const parts = [
    ...Object.entries(lines).map(([name, value]) => `${name}=${value}`),
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
    "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
  ];
  writeFileSync(configPath, `${parts.join("\n")}\n`);
  const env = { ...process.env, SLURM_CONF: configPath };
  const cluster: SlurmCluster = {
    configPath,
    ask(program, ...words) {
      const { status, stdout, stderr } = spawnSync(program, words, { env, encoding: "utf8" });
      if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
      return stdout;
    },
    stop() {
      for (const name of ["slurmd", "slurmctld"]) {
        process.kill(Number(readFileSync(join(folder, `${name}.pid`), "utf8")), "SIGTERM");
      }
    },
  };
  // Both go to the background by themselves.
  for (const daemon of ["slurmctld", "slurmd"]) spawnSync(daemon, { env, stdio: "ignore" });
  await until(() => cluster.ask("sinfo", "-h", "-o", "%T").trim() === "idle");
  return cluster;
}

/** Asks every fifth of a second, for a minute at most. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 300; i++) {
    try {
      if (isSo()) return;
    } catch {
      // A daemon that does not answer yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("it did not come to pass within a minute");
}
