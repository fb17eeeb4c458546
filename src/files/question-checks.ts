/** What no schema can say about a question: ranks that fit, batches that divide. */
import type { Cluster } from "../records/cluster.ts";
import type { Job } from "../records/job.ts";
import type { Finding } from "./issues.ts";
import { listed } from "./issue.ts";
import { fixedSizes, rankCountMax } from "./sizes.ts";

/** A number of accelerators the question names, and where. */
export interface NamedCount {
  readonly pointer: string;
  readonly rankCount: number;
}

/** Findings on each count against each cluster. */
export function sizeFindings(
  counts: readonly NamedCount[],
  clusters: readonly Cluster[],
): Finding[] {
  const findings: Finding[] = [];
  for (const { pointer, rankCount } of counts) {
    for (const cluster of clusters) {
      const most = rankCountMax(cluster);
      const sizes = fixedSizes(cluster);
      if (rankCount > most) {
        const expected = `at most the ${most} of ${cluster.id}`;
        const next = `take ${most} or fewer, or a larger cluster`;
        findings.push(finding(pointer, "too-many-ranks", String(rankCount), expected, next));
      } else if (sizes !== undefined && !sizes.includes(rankCount)) {
        const expected = `a size that ${cluster.id} comes in (${listed(sizes.map(String))})`;
        const near = nearest(rankCount, sizes);
        findings.push(
          finding(pointer, "no-such-size", String(rankCount), expected, `take ${near}`),
        );
      }
    }
  }
  return findings;
}

/** Every rank must get as many sequences as the next. */
export function batchFindings(counts: readonly NamedCount[], job: Job): Finding[] {
  const { globalBatch } = job;
  const odd = counts.filter(({ rankCount }) => globalBatch % rankCount !== 0);
  return odd.map(({ pointer, rankCount }) => {
    const divisors = divisorsOf(globalBatch);
    return finding(
      pointer,
      "does-not-divide",
      String(rankCount),
      `a number that divides the global batch ${globalBatch}`,
      `take ${nearest(rankCount, divisors)}, or change globalBatch`,
    );
  });
}

export function tokenFindings(job: Job): Finding[] {
  const { model, tokensPerSample } = job;
  if (model.family === "mlp" || tokensPerSample <= model.contextTokens) return [];
  const expected = `at most the context of ${model.id}, ${model.contextTokens}`;
  const next = "shorten the samples or take a model with a longer context";
  return [finding("/job/tokensPerSample", "out-of-range", String(tokensPerSample), expected, next)];
}

/** "efficiency >= 90%" as a ratio; what is none is a finding. */
export function efficiencyIn(until: string, findings: Finding[]): number {
  const number = Number(/[0-9.]+/.exec(until)?.[0]);
  const value = until.includes("%") ? number / 100 : number;
  if (value > 0 && value <= 1) return value;
  const next = number > 1 && number <= 100 ? `did you mean ${number}%?` : "change it";
  findings.push(
    finding("/until", "out-of-range", String(value), "a ratio above 0, at most 1 (100 %)", next),
  );
  return 1;
}

export function finding(
  pointer: string,
  code: string,
  found: string,
  expected: string,
  nextStep: string,
): Finding {
  return { pointer, part: "value", complaint: { code, found, expected, nextStep } };
}

function nearest(wanted: number, allowed: readonly number[]): number {
  let best = allowed[0] ?? wanted;
  for (const one of allowed) if (Math.abs(one - wanted) < Math.abs(best - wanted)) best = one;
  return best;
}

/** Divisors up to the square root come in pairs; a batch beyond 1e12 is not looked through. */
function divisorsOf(value: number): number[] {
  const found: number[] = [];
  const root = Math.min(Math.floor(Math.sqrt(value)), 1_000_000);
  for (let d = 1; d <= root; d++) if (value % d === 0) found.push(d, value / d);
  return found.sort((a, b) => a - b);
}
