/** What `calibrate` wrote of one's own runs: at most two named constants, as JSON. */
import type { StepOverlay } from "../records/large-step.ts";
import { readDocument } from "./document.ts";
import { refuse, shown } from "./issue.ts";
import { isGroup } from "./walk.ts";

const KIND = "fabricast step calibration";

export async function readStepOverlay(path: string): Promise<StepOverlay> {
  const document = await readDocument(path);
  const { data } = document;
  if (isGroup(data) && data["kind"] === KIND && isGroup(data["constants"])) {
    return data as unknown as StepOverlay;
  }
  return refuse(document.place("", "value"), {
    code: "unknown-kind",
    found: shown(data),
    expected: `a file that says kind: "${KIND}"`,
    nextStep: "write one with `fabricast calibrate --from steps:FILE.csv --out FILE.json`",
  });
}
