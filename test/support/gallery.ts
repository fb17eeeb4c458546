/** The index of the committed reports, made from their data and their Markdown. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { safe } from "../../src/report/markdown.ts";

/** Every committed report, by what it is about. */
export const GALLERY: readonly { readonly title: string; readonly reports: readonly string[] }[] = [
  { title: "Fabrics compared", reports: ["quickstart"] },
  { title: "A replayed step", reports: ["gpt-1.3b-on-64"] },
  { title: "A collective", reports: ["ring-on-bare-fat-tree"] },
  { title: "A dense model", reports: ["llama-3-70b-on-512-h100"] },
  { title: "A mixture of experts", reports: ["mixtral-8x7b-on-256-h100"] },
  { title: "A TPU slice", reports: ["llama-3-8b-on-256-tpu-v5p"] },
  { title: "A service", reports: ["llama-3-70b-for-1000-users"] },
  { title: "A plan to sign", reports: ["llama-3-70b-in-60-days"] },
  { title: "Rent or buy", reports: ["own-or-rent-256-h100"] },
];

const FILES = [
  ["md", "to read here"],
  ["html", "the page"],
  ["csv", "the rows"],
  ["json", "the data"],
] as const;

export function galleryIndex(folder: string): string {
  const sections = GALLERY.flatMap(({ title, reports }) => [
    `## ${title}`,
    ...reports.map((name) => entryOf(folder, name)),
  ]);
  return `${[HEAD, ...sections].join("\n\n")}\n`;
}

const HEAD = `# Reports

Each of these was made by the command at its end, and \`npm run golden\` makes all of them again;
a test compares every byte. The pages are single files that ask for nothing
from outside: download one and open it.`;

function entryOf(folder: string, name: string): string {
  const text = (ending: string) => readFileSync(join(folder, `${name}.${ending}`), "utf8");
  const data = JSON.parse(text("json")) as {
    readonly sentence?: string;
    readonly answer?: string | { readonly sentence: string };
  };
  const { answer, sentence } = data;
  const told = typeof answer === "object" ? answer.sentence : sentence;
  // Of a plan and of a cost the data is what --json prints, so the finding stands on the page.
  const finding = told === undefined ? (text("md").match(/^# (.*)$/m)?.[1] ?? "") : safe(told);
  // Of a serving report the data is what --json prints, so its question stands on the page.
  const question = text("md").match(/^> .*$/m)?.[0] ?? "";
  const links = FILES.filter(([ending]) => existsSync(join(folder, `${name}.${ending}`))).map(
    ([ending, words]) => `[${words}](${name}.${ending})`,
  );
  return `${question}\n\n${finding}\n\n${links.join(" · ")}`;
}
