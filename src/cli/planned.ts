/** A plan from its question: sizes, then their designs as cluster files, then prices. */
import { present } from "../base/assert.ts";
import { partOf } from "../answers/large/setting.ts";
import { answerPlan, isInTime, planFamilies, planSizes } from "../answers/plan.ts";
import type { Candidate, Sizing } from "../answers/plan-size.ts";
import type { Priced } from "../answers/plan.ts";
import { clusterData, familyOf, sizesOf } from "../answers/plan-families.ts";
import { designFrom } from "../files/cluster.ts";
import { shellQuoted } from "../base/shell.ts";
import { documentOf } from "../files/document.ts";
import { readSite } from "../files/site.ts";
import { readValidation } from "../files/validation.ts";
import type { Output } from "../files/write.ts";
import { toYaml } from "../files/yaml.ts";
import type { PlanAnswer, PlanOption, PlanQuestion } from "../records/plan.ts";
import { planJson } from "../report/plan.ts";
import { purchasePrices, rentPrices } from "./prices.ts";

/** Every option at every site: where one rents, a site changes power and carbon only. */
export async function planned(
  question: PlanQuestion,
  siteIds: string,
  pricesPath?: string,
): Promise<PlanAnswer> {
  const ids = siteIds.split(",").map((id) => id.trim());
  const sites = await Promise.all(ids.filter((id) => id !== "").map((id) => readSite(id)));
  const sizings = planSizes(question, await candidatesOf(question));
  const priced: Priced[] = [];
  for (const sizing of sizings) {
    for (const { sized, design } of await sizesTaken(question, sizing)) {
      priced.push(...sites.map((site) => ({ sized, design, site })));
    }
  }
  return answerPlan(question, sizings, priced, {
    published: await readValidation(),
    prices: await purchasePrices(pricesPath),
    rents: await rentPrices(pricesPath),
  });
}

type Taken = Pick<Priced, "sized" | "design">;

/** The smallest size that ends in time on its own fabric, and the cheapest to rent of some more. */
async function sizesTaken(question: PlanQuestion, { inTime }: Sizing): Promise<readonly Taken[]> {
  const hours = ({ sized }: Taken): number => sized.acceleratorCount * sized.p50S;
  const held: Taken[] = [];
  let last: Taken | undefined;
  for (const sized of inTime) {
    const data = clusterData(sized.family, sized.acceleratorCount, "us-average");
    last = { sized, design: await designFrom(documentOf(data, "the plan"), "plan.yaml") };
    if (isInTime(question, last)) held.push(last);
    if (held.length === MORE) break;
  }
  const [smallest] = held;
  // Late at every size: it is told so, with its last one.
  if (smallest === undefined) return last === undefined ? [] : [last];
  const cheapest = held.reduce((best, one) => (hours(one) < hours(best) ? one : best));
  return cheapest === smallest ? [smallest] : [smallest, cheapest];
}

/** Sizes looked at from the smallest on. */
const MORE = 4;

/** Families with the rates of their parts, as hosts and links of their files have them. */
async function candidatesOf(question: PlanQuestion): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const family of planFamilies(question)) {
    const [size] = sizesOf(family, 1, Infinity);
    const data = clusterData(family, present(size, "a size"), "us-average");
    const { cluster } = await designFrom(documentOf(data, "the plan"), "plan.yaml");
    candidates.push({ family, part: partOf(present(cluster, "a graph")) });
  }
  return candidates;
}

/** Each option as files that other commands take; beside the plan itself where prices may show. */
export function planFiles(answer: PlanAnswer, folder: string, isRedacted = false): Output[] {
  const plan = isRedacted ? [] : [{ path: `${folder}/plan.json`, text: planJson(answer) }];
  return [
    ...plan,
    ...answer.options.flatMap((option, i) =>
      optionFiles(answer.question, option, `${folder}/${i + 1}`),
    ),
  ];
}

function optionFiles(question: PlanQuestion, option: PlanOption, stem: string) {
  const data = clusterData(familyOf(option.familyId), option.acceleratorCount, "us-average");
  const words = [
    ...["npx fabricast simulate", "--model", question.modelReference],
    ...["--cluster", `${stem}-cluster.yaml`, "--accelerators", String(option.acceleratorCount)],
    ...["--layout", option.layout.text],
  ].map((word, i) => (i === 0 ? word : shellQuoted(word)));
  return [
    { path: `${stem}-cluster.yaml`, text: toYaml(data) },
    { path: `${stem}-simulate.sh`, text: `#!/bin/sh\n${words.join(" ")} "$@"\n` },
  ];
}
