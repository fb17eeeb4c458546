/** What was read of a real fabric, as lines of text. */
import type { FoundFabric } from "../records/found-fabric.ts";

export interface FoundCounts {
  readonly format: string;
  readonly hostCount: number;
  readonly switchCount: number;
  readonly cableCount: number;
  /** Switches with hosts, then those one cable further, …; last those that no host reaches. */
  readonly tiers: readonly number[];
}

export function foundCounts({ format, switches, hosts, cables }: FoundFabric): FoundCounts {
  const near = new Map<string, string[]>(switches.map((name) => [name, []]));
  for (const { from, to } of cables) {
    near.get(from)?.push(to);
    near.get(to)?.push(from);
  }
  const tiers: number[] = [];
  const reached = new Set(hosts.map(({ switchName }) => switchName));
  for (let tier = [...reached]; tier.length > 0;) {
    tiers.push(tier.length);
    const next = tier.flatMap((name) => near.get(name) ?? []).filter((name) => !reached.has(name));
    tier = [...new Set(next)];
    for (const name of tier) reached.add(name);
  }
  if (reached.size < switches.length) tiers.push(switches.length - reached.size);
  const cableCount = cables.reduce((sum, { count }) => sum + count, 0);
  return {
    ...{ format, hostCount: hosts.length },
    switchCount: switches.length,
    cableCount,
    tiers,
  };
}

export function foundLines(found: FoundFabric, assumptions: readonly string[]): string[] {
  const { format, hostCount, switchCount, cableCount, tiers } = foundCounts(found);
  return [
    `${format}: ${hostCount} hosts, ${switchCount} switches, ${cableCount} cables between them`,
    `switches a tier, from the hosts up: ${tiers.join(", ")}`,
    ...[...found.notes, ...assumptions].map((note) => `note: ${note}`),
  ];
}
