/** A plan from its question: sizes, then their designs as cluster files, then prices. */
import { answerPlan, planSizes } from "../answers/plan.ts";
import type { Priced } from "../answers/plan.ts";
import { clusterData, familyOf } from "../answers/plan-families.ts";
import { designFrom } from "../files/cluster.ts";
import { documentOf } from "../files/document.ts";
import { readSite } from "../files/site.ts";
import { writeAll } from "../files/write.ts";
import { toYaml } from "../files/yaml.ts";
import type { PlanAnswer, PlanOption, PlanQuestion } from "../records/plan.ts";
import { planJson } from "../report/plan.ts";

/** Rent knows no site beyond power, so several sites are compared where one buys. */
export async function planned(question: PlanQuestion, siteIds: string): Promise<PlanAnswer> {
  const ids = siteIds.split(",").map((id) => id.trim());
  const sites = await Promise.all(ids.filter((id) => id !== "").map(readSite));
  const sizings = planSizes(question);
  const priced: Priced[] = [];
  for (const sized of sizings.flatMap(({ inTime }) => inTime)) {
    for (const [i, site] of sites.entries()) {
      const data = clusterData(sized.family, sized.acceleratorCount, ids[i] ?? site.id);
      const design = await designFrom(documentOf(data, "the plan"), "plan.yaml");
      priced.push({ sized, design, site });
    }
  }
  return answerPlan(question, sizings, priced);
}

/** Each option as files that other commands take, beside the plan itself. */
export async function writePlan(answer: PlanAnswer, folder: string): Promise<string[]> {
  const outputs = [
    { path: `${folder}/plan.json`, text: planJson(answer) },
    ...answer.options.flatMap((option, i) =>
      optionFiles(answer.question, option, `${folder}/${i + 1}`),
    ),
  ];
  await writeAll(outputs);
  return outputs.map(({ path }) => path);
}

function optionFiles(question: PlanQuestion, option: PlanOption, stem: string) {
  const data = clusterData(familyOf(option.familyId), option.acceleratorCount, "us-average");
  return [{ path: `${stem}-cluster.yaml`, text: toYaml(data) }];
}
