/** `cables CLUSTER` and `topology cables CLUSTER`: the list, printed or written. */
import { isOn, text, texts } from "./command.ts";
import { say } from "./output.ts";

export async function listCables(flags: Readonly<Record<string, unknown>>): Promise<number> {
  const { cableList } = await import("../answers/cables.ts");
  const { readCluster } = await import("../files/cluster.ts");
  const { cablesCsv, cablesJson } = await import("../report/cables.ts");
  const { countFlag } = await import("./flags.ts");
  const { parseSettings } = await import("./settings.ts");
  const ranks = text(flags, "ranks");
  const cluster = await readCluster(text(flags, "cluster") ?? "", {
    set: parseSettings(texts(flags, "set")),
  });
  const list = cableList(cluster, ranks === undefined ? undefined : countFlag("--ranks", ranks));
  const written = isOn(flags, "json") ? cablesJson(list) : await cablesCsv(list);
  const path = text(flags, "output");
  if (path === undefined) {
    process.stdout.write(written);
    return 0;
  }
  const { writeText } = await import("../files/write.ts");
  await writeText(path, written);
  say(`wrote ${path}`);
  return 0;
}
