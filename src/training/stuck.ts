/** For tests: a rank that is alive and gets no further. */
import type { Team } from "./team.ts";

export interface Stuck {
  readonly rank: number;
  /** After so many updates. */
  readonly step: number;
  /** Computes without end, or waits for a message that nobody sends. */
  readonly how: "spins" | "receives";
}

export function getStuck(stuck: Stuck, { rank, world }: Team, step: number): void {
  if (rank !== stuck.rank || step !== stuck.step) return;
  if (stuck.how === "receives") world.receive((rank + 1) % world.rankCount, new Float32Array(1));
  while (stuck.how === "spins");
}
