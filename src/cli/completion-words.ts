/** What can be completed: commands, their options, and ids that ship. */
import { largeModelIds } from "../files/large-model.ts";
import { shippedIds } from "../files/shipped.ts";
import { FIGURE_SHELVES } from "../files/catalog.ts";
import type { CompletionWords } from "../report/completion.ts";
import type { Command } from "./command.ts";

export async function completionWords(commands: readonly Command[]): Promise<CompletionWords> {
  const shelves = [
    "cluster",
    "accelerator",
    "host-part",
    "switch",
    "nic",
    "optic",
    "site",
    "model",
    ...FIGURE_SHELVES,
  ] as const;
  const ids = await Promise.all(shelves.map((shelf) => shippedIds(shelf)));
  return {
    commands: commands.map(({ names, options }) => ({
      name: names[0] ?? "",
      options: Object.keys(options).map((option) => `--${option}`),
    })),
    ids: [...new Set([...ids.flat(), ...(await largeModelIds())])].sort(),
  };
}
