/** `init [FOLDER]`: two files to start from, a cluster and a question about it. */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { say } from "../output.ts";

export const init: Command = {
  names: ["init"],
  words: ["init [folder]"],
  describe: "Write a cluster and a question to start from; never overwrites",
  examples: ["fabricast init my-study"],
  options: {
    force: { type: "boolean", describe: "overwrite files that exist" },
  },
  async handle(flags) {
    const { writeAll } = await import("../../files/write.ts");
    const { refuseExisting } = await import("../../files/existing.ts");
    const { CLUSTER_TEMPLATE, QUESTION_TEMPLATE } = await import("../templates.ts");
    const folder = text(flags, "folder") ?? ".";
    const files = [
      { path: `${folder}/cluster.yaml`, text: CLUSTER_TEMPLATE },
      { path: `${folder}/question.yaml`, text: QUESTION_TEMPLATE },
    ];
    if (!isOn(flags, "force")) await refuseExisting(files.map((file) => file.path));
    await writeAll(files);
    say(`wrote ${files.map((file) => file.path).join(", ")}`);
    process.stdout.write(
      `next: npx fabricast check ${folder}/question.yaml\n` +
        `      npx fabricast run ${folder}/question.yaml\n`,
    );
    return 0;
  },
};
