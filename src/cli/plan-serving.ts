/** `plan --users`: the flags of serving as a question, answered and shown. */
import { answerServe } from "../answers/serve-plan.ts";
import { designFrom } from "../files/cluster.ts";
import { documentOf } from "../files/document.ts";
import { readLargeModel } from "../files/large-model.ts";
import { PLANNED_ACCELERATORS } from "../files/planned-parts.ts";
import type { Accelerator } from "../records/cluster.ts";
import { serveJson, serveText } from "../report/serve-plan.ts";
import { isOn, text } from "./command.ts";
import { countFlag, quantityFlag } from "./flags.ts";

type Flags = Readonly<Record<string, unknown>>;

export async function planServing(flags: Flags): Promise<number> {
  const said = (name: string, otherwise: string): string => text(flags, name) ?? otherwise;
  const seconds = (name: string, otherwise: string): Promise<number> =>
    quantityFlag(`--${name}`, said(name, otherwise), "duration");
  const answer = answerServe(
    {
      users: countFlag("--users", said("users", "")),
      thinkS: await seconds("think", "0 s"),
      promptTokens: countFlag("--prompt", said("prompt", "1000")),
      outputTokens: countFlag("--output-tokens", said("output-tokens", "500")),
      ttftMaxS: await seconds("ttft", "2 s"),
      tpotMaxS: await seconds("tpot", "50 ms"),
      weightBits: said("precision", "fp8") === "bf16" ? 16 : 8,
      rentKind: said("rent", "on-demand"),
    },
    await readLargeModel(said("model", "")),
    await accelerators(),
  );
  process.stdout.write(isOn(flags, "json") ? serveJson(answer) : serveText(answer));
  return 0;
}

/** Parts of the catalog, by the hosts they come in or alone. */
async function accelerators(): Promise<readonly Accelerator[]> {
  const found: Accelerator[] = [];
  for (const id of PLANNED_ACCELERATORS) {
    const node = { name: id, accelerator: id, accelerators: 1 };
    const fabric = { kind: "switch", hosts: 1, link: "link-400g-host", switchLatency: "0 ns" };
    const data = { id: `one-${id}`, name: id, summary: id, node, fabric };
    const design = await designFrom(documentOf(data, "the catalog"), "serving.yaml");
    if (design.node.accelerator !== undefined) found.push(design.node.accelerator);
  }
  return found;
}
