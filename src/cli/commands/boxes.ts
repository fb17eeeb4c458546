/** `boxes`: which of the boxes quoted, and how many of each, under several caps? */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";

export const boxes: Command = {
  names: ["boxes"],
  words: ["boxes"],
  describe: "Which boxes, and how many of each, under a budget, a power cap and a room at once?",
  examples: [
    "fabricast boxes --budget '20M USD' --power '600 kW' --racks 12",
    "fabricast boxes --budget '50M USD' --power '1 MW' --json",
  ],
  options: {
    budget: { type: "string", requiresArg: true, describe: "for boxes alone: '20M USD'" },
    power: { type: "string", requiresArg: true, describe: "of boxes at most: '600 kW'" },
    racks: { type: "string", requiresArg: true, describe: "racks of boxes" },
    offered: { type: "string", default: "10000", describe: "most of one box" },
    prices: { type: "string", requiresArg: true, describe: "quotes: a CSV as `bom --prices`" },
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { chooseBoxes } = await import("../../answers/boxes.ts");
    const { quotedBoxes } = await import("../quoted-boxes.ts");
    const { countFlag, quantityFlag } = await import("../flags.ts");
    const { fixed, significant, usd } = await import("../../base/format.ts");
    const { UsageError } = await import("../../base/errors.ts");
    const [budget, power, racks] = ["budget", "power", "racks"].map((name) => text(flags, name));
    if (budget === undefined && power === undefined && racks === undefined) {
      throw new UsageError("boxes needs a cap: --budget, --power or --racks");
    }
    const choice = await chooseBoxes(await quotedBoxes(text(flags, "prices")), {
      ...(budget === undefined
        ? {}
        : { budgetUsd: await quantityFlag("--budget", budget, "money") }),
      ...(power === undefined ? {} : { powerW: await quantityFlag("--power", power, "power") }),
      ...(racks === undefined ? {} : { rackCount: countFlag("--racks", racks) }),
      offeredCount: countFlag("--offered", text(flags, "offered") ?? "", 1e6),
    });
    if (isOn(flags, "json")) {
      process.stdout.write(`${JSON.stringify(choice, null, 2)}\n`);
      return 0;
    }
    const lines = choice.boxes.filter(({ count }) => count > 0);
    process.stdout.write(
      [
        ...lines.map(({ count, name }) => `${fixed(count)} × ${name}`),
        `${usd(choice.totalUsd)}, ${fixed(choice.powerW / 1000)} kW, ${choice.rackCount} racks, ` +
          `${significant(choice.matmulFlopPerS / 1e15)} Pflop/s of bf16 matmul at best`,
        `binding: ${choice.binding.join(", ") || "none"}`,
        "not included: network, storage, spares, building; one job rarely spans several parts",
        "",
      ].join("\n"),
    );
    return 0;
  },
};
