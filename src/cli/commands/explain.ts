/** `explain TOPIC`: a metric's formula, or what an error code means and how to mend it. */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";
import { UsageError } from "../../base/errors.ts";
import { suggest } from "../../base/suggest.ts";

export const explain: Command = {
  names: ["explain"],
  words: ["explain [topic]"],
  describe: "Explain a metric or an error code; without a topic, list them",
  examples: ["fabricast explain busbw", "fabricast explain bare-quantity"],
  options: { json: JSON_OPTION },
  async handle(flags) {
    const { METRICS } = await import("../../answers/explain/metrics.ts");
    const { CODES } = await import("../../answers/explain/codes.ts");
    const topic = text(flags, "topic");
    const topics = [...METRICS.keys(), ...CODES.keys()];
    if (topic === undefined) {
      const lines = [
        "metrics:",
        ...[...METRICS].map(([id, metric]) => `  ${id.padEnd(24)}${metric.name}`),
        "error codes:",
        ...[...CODES].map(([id, code]) => `  ${id.padEnd(24)}${code.means}`),
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
      return 0;
    }
    const metric = METRICS.get(topic);
    const code = CODES.get(topic);
    if (metric === undefined && code === undefined) {
      const near = suggest(topic, topics);
      const hint = near === undefined ? "`fabricast explain` lists them" : `did you mean ${near}?`;
      throw new UsageError(`nothing is known about "${topic}"; ${hint}`);
    }
    if (isOn(flags, "json")) {
      process.stdout.write(`${JSON.stringify({ id: topic, ...metric, ...code }, null, 2)}\n`);
    } else if (metric !== undefined) {
      const { name, formula, unit, means, source } = metric;
      process.stdout.write(
        `${topic}: ${name}\n\n  ${formula}\n\nunit: ${unit}\n${means}\nsource: ${source}\n`,
      );
    } else if (code !== undefined) {
      process.stdout.write(`${topic}: ${code.means}\n\nwhat to do: ${code.mend}\n`);
    }
    return 0;
  },
};
