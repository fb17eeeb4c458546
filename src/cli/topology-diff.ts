/** `topology diff DESIGN FOUND`: exit 1 where they differ. Each a cluster or a recorded fabric. */
import { UsageError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type { NamedFabric } from "../records/wiring-difference.ts";
import { isOn, text } from "./command.ts";

type Flags = Readonly<Record<string, unknown>>;

export async function topologyDiff(flags: Flags): Promise<number> {
  const { wiringDifference } = await import("../answers/topology-diff.ts");
  const { differenceLines } = await import("../report/topology-diff.ts");
  const words = text(flags, "found");
  if (words === undefined) throw new UsageError("topology diff needs a DESIGN and a FOUND");
  const design = await namedFabric(text(flags, "cluster") ?? "");
  const found = await namedFabric(words);
  const difference = wiringDifference(design, found);
  const hostsAre = design.hasHostNames && found.hasHostNames ? "by name" : "counted by switch";
  const told = isOn(flags, "json")
    ? JSON.stringify({ ...difference, hosts: hostsAre }, null, 2)
    : [
        ...differenceLines(difference).map(printable),
        `hosts are compared ${hostsAre}; rates are not compared`,
      ].join("\n");
  process.stdout.write(`${told}\n`);
  const { missing, surplus, miscabled } = difference;
  return missing.length + surplus.length + miscabled.length === 0 ? 0 : 1;
}

async function namedFabric(words: string): Promise<NamedFabric> {
  const { foundFabricIfAny } = await import("../files/formats/found-fabric.ts");
  const found = await foundFabricIfAny(words);
  if (found !== undefined) return { name: words, hasHostNames: true, ...found };
  const { readCluster } = await import("../files/cluster.ts");
  const { namedFabricOf } = await import("../answers/topology-diff.ts");
  return namedFabricOf(await readCluster(words));
}
