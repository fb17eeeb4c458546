/** A question from its file, or from flags: models, clusters and trainings looked up. */
import { basename, extname } from "node:path";
import { InputError } from "../base/errors.ts";
import { CATALOG_DATE } from "../base/version.ts";
import type { Cluster } from "../records/cluster.ts";
import type { CollectiveQuestion, CompareQuestion, Job, Question } from "../records/job.ts";
import type { LargeStepQuestion, SimulateQuestion, SolveQuestion } from "../records/job.ts";
import { readCluster } from "./cluster.ts";
import type { Document } from "./document.ts";
import { documentOf, pointerTo } from "./document.ts";
import type { Finding } from "./issues.ts";
import { isLargeStep, largeFindings, largeQuestionOf, largeStepOf } from "./large-question.ts";
import { modelFindings, modelOf, readModel } from "./model.ts";
import type { NamedCount } from "./question-checks.ts";
import {
  batchFindings,
  efficiencyIn,
  finding,
  sizeFindings,
  tokenFindings,
} from "./question-checks.ts";
import type { CollectiveFile, CompareFile, JobFile, QuestionFile } from "./question-file.ts";
import type { SimulateFile, SolveFile } from "./question-file.ts";
import type { Origin } from "./references.ts";
import { readReference } from "./references.ts";
import { COLLECTIVES } from "./schemas/question.ts";
import type { Setting } from "./settings.ts";
import { stepsOfPath, withSettings } from "./settings.ts";
import { rankCountMax } from "./sizes.ts";
import { networkOf } from "./routing-word.ts";
import { refuseTraceQuestion } from "./trace-question.ts";
import { readTraining } from "./training.ts";
import { issuesOf, validated } from "./validators.ts";
import { fileName } from "./write.ts";

export interface QuestionOptions {
  /** Changes before checking: paths into a cluster file change every cluster asked about. */
  readonly set?: readonly Setting[];
}

/** A question by path, or by the id of a shipped one. */
export async function readQuestion(
  reference: string,
  options: QuestionOptions = {},
): Promise<Question> {
  const { document, path } = await readReference("question", reference, {});
  const id = fileName(basename(path, extname(path)));
  return questionIn(document, id, path, options.set ?? []);
}

/**
 * A question asked by flags: `data` is what its file would hold. Mistakes are placed at the
 * key ("command line (job.model)").
 */
export async function questionFrom(
  data: unknown,
  options: QuestionOptions & { readonly id?: string } = {},
): Promise<Question> {
  const { id = "question", set = [] } = options;
  return questionIn(documentOf(data, "command line"), fileName(id), undefined, set);
}

/** A question from a document already read from a path. */
export async function questionIn(
  original: Document,
  id: string,
  path: string | undefined,
  settings: readonly Setting[] = [],
): Promise<Question> {
  const isCluster = ({ path: to }: Setting): boolean =>
    ["node", "fabric", "endpoint", "software", "site"].includes(stepsOfPath(to)[0] ?? "");
  const own = settings.filter((setting) => !isCluster(setting));
  const document = await withSettings(original, own, async (reference, key) =>
    key === "model"
      ? (await readReference("model", reference, path === undefined ? {} : { from: path })).document
          .data
      : undefined,
  );
  const file = await validated<QuestionFile>("question", document);
  const { title, asOf = CATALOG_DATE, seed = 1 } = file;
  const asking = new Asking(document, path, settings.filter(isCluster));
  const head = { id, asOf, seed };
  const question = await asking.asked(file, head, title);
  asking.finish();
  return question;
}

type Head = Pick<Question, "id" | "asOf" | "seed">;

/** One question being read: where it stands, and everything found wrong so far. */
class Asking {
  readonly #document: Document;
  readonly #path: string | undefined;
  readonly #clusterSettings: readonly Setting[];
  readonly #findings: Finding[] = [];
  readonly #errors: InputError[] = [];

  constructor(document: Document, path: string | undefined, settings: readonly Setting[]) {
    this.#document = document;
    this.#path = path;
    this.#clusterSettings = settings;
  }

  async asked(file: QuestionFile, head: Head, title: string | undefined): Promise<Question> {
    if (file.question === "compare") return this.#compare(file, head, title);
    if (file.question === "simulate") {
      const isLarge = await isLargeStep(file, this.#path);
      return isLarge ? this.#large(file, head, title) : this.#simulate(file, head, title);
    }
    if (file.question === "replay") return refuseTraceQuestion(this.#document);
    if (file.question === "solve") return this.#solve(file, head, title);
    return this.#collective(file, head, title);
  }

  /** Throws all issues, those of the files referred to included. */
  finish(): void {
    const own = issuesOf(this.#document, this.#findings);
    const all = [...own, ...this.#errors.flatMap(({ issues }) => issues)];
    if (all.length > 0) throw new InputError(all);
  }

  async #compare(
    file: CompareFile,
    head: Head,
    title: string | undefined,
  ): Promise<CompareQuestion> {
    const clusters: Cluster[] = [];
    for (const [index, name] of file.clusters.entries()) {
      clusters.push(...(await this.#cluster(name, `/clusters/${index}`)));
    }
    const trainings = [];
    for (const [index, name] of (file.trainings ?? []).entries()) {
      const origin = this.#origin(`/trainings/${index}`);
      trainings.push(...(await this.#tried(readTraining(name, origin))));
    }
    const counts = file.accelerators.map((rankCount, index) => ({
      pointer: pointerTo("/accelerators", index),
      rankCount,
    }));
    const job = await this.#job(file.job, counts, clusters);
    const rankCounts = [...new Set(file.accelerators)].sort((a, b) => a - b);
    const baseRankCount = file.base ?? rankCounts[0] ?? 1;
    if (!rankCounts.includes(baseRankCount)) {
      const expected = `one of accelerators (${rankCounts.join(", ")})`;
      const next = "add it to accelerators or choose another base";
      this.#findings.push(finding("/base", "unknown-base", String(baseRankCount), expected, next));
    }
    const efficiencyMin = efficiencyIn(file.until, this.#findings);
    const names = clusters.map(({ name }) => name).join(", ");
    return {
      kind: "compare",
      ...head,
      title: title ?? `Up to how many accelerators does ${file.until.trim()} hold on ${names}?`,
      job,
      clusters,
      rankCounts,
      baseRankCount,
      efficiencyMin,
      weakBatch: file.weakBatch ?? 8,
      trainings,
    };
  }

  async #large(file: SimulateFile, head: Head, title = ""): Promise<LargeStepQuestion> {
    const clusters = await this.#cluster(file.cluster, "/cluster");
    const counts = [{ pointer: "/accelerators", rankCount: file.accelerators }];
    this.#findings.push(...largeFindings(file), ...sizeFindings(counts, clusters));
    const origin = this.#origin("/job/model");
    const steps = await this.#tried(largeStepOf(file, this.#document, origin));
    return largeQuestionOf(file, { ...head, title }, this.#only(clusters), this.#only(steps));
  }

  async #simulate(
    file: SimulateFile,
    head: Head,
    title: string | undefined,
  ): Promise<SimulateQuestion> {
    const clusters = await this.#cluster(file.cluster, "/cluster");
    const rankCount = file.accelerators;
    const job = await this.#job(file.job, [{ pointer: "/accelerators", rankCount }], clusters);
    const cluster = this.#only(clusters);
    const where = `${rankCount} of ${cluster.name}`;
    const network = networkOf(file.network, this.#findings);
    const words = `How long does a step of ${job.model.name} take on ${where}?`;
    const asked = { title: title ?? words, job, cluster, rankCount };
    return { kind: "simulate", ...head, ...asked, ...network };
  }

  async #solve(file: SolveFile, head: Head, title: string | undefined): Promise<SolveQuestion> {
    const clusters = await this.#cluster(file.cluster, "/cluster");
    const cluster = this.#only(clusters);
    const baseRankCount = file.base ?? 8;
    const counts: NamedCount[] = [{ pointer: "/base", rankCount: baseRankCount }];
    const job = await this.#job(file.job, counts, clusters);
    const efficiencyMin = efficiencyIn(file.until, this.#findings);
    const most = rankCountMax(cluster);
    const max = file.max ?? most;
    if (max > most)
      this.#findings.push(...sizeFindings([{ pointer: "/max", rankCount: max }], clusters));
    const words = `Up to how many accelerators of ${cluster.name} does ${file.until.trim()} hold?`;
    return {
      kind: "solve",
      ...head,
      title: title ?? words,
      job,
      cluster,
      vary: "accelerators",
      until: { metric: "efficiency", efficiencyMin },
      baseRankCount,
      rankCountMax: max,
    };
  }

  async #collective(
    file: CollectiveFile,
    head: Head,
    title: string | undefined,
  ): Promise<CollectiveQuestion> {
    const clusters = await this.#cluster(file.cluster, "/cluster");
    const { algorithm = "auto", ranks: rankCount, sizes } = file;
    const { from, to, factor = 2 } = sizes;
    if (to < from) {
      const expected = `at least from, ${from}`;
      this.#findings.push(finding("/sizes/to", "out-of-range", String(to), expected, "swap them"));
    }
    this.#findings.push(...sizeFindings([{ pointer: "/ranks", rankCount }], clusters));
    const cluster = this.#only(clusters);
    const collective = COLLECTIVES[file.collective] ?? "all-reduce";
    const sizesBytes: number[] = [];
    for (let size = from; size <= to; size *= factor) sizesBytes.push(size);
    const words = `How long does ${collective} take over ${rankCount} ranks of ${cluster.name}?`;
    return {
      kind: "collective",
      ...head,
      title: title ?? words,
      cluster,
      collective,
      algorithm,
      rankCount,
      sizesBytes,
    };
  }

  async #job(
    file: JobFile,
    counts: readonly NamedCount[],
    clusters: readonly Cluster[],
  ): Promise<Job> {
    this.#findings.push(...sizeFindings(counts, clusters));
    if (typeof file.model !== "string") {
      this.#findings.push(...modelFindings(file.model, "/job/model"));
    }
    const models =
      typeof file.model === "string"
        ? await this.#tried(readModel(file.model, this.#origin("/job/model")))
        : [modelOf(file.model)];
    const model = this.#only(models);
    const job: Job = {
      model,
      globalBatch: file.globalBatch ?? 1024,
      tokensPerSample: file.tokensPerSample ?? (model.family === "mlp" ? 1 : model.contextTokens),
      microBatchMax: file.microBatch ?? 8,
      sharding: file.sharding ?? "zero-1",
    };
    this.#findings.push(...batchFindings(counts, job), ...tokenFindings(job));
    return job;
  }

  #cluster(name: string, pointer: string): Promise<Cluster[]> {
    const origin = this.#origin(pointer);
    return this.#tried(readCluster(name, { ...origin, set: this.#clusterSettings }));
  }

  #origin(pointer: string): Origin {
    const place = this.#document.place(pointer, "value");
    return this.#path === undefined ? { place } : { from: this.#path, place };
  }

  /** The value, or none and its issues kept: one bad reference must not hide the next. */
  async #tried<T>(promise: Promise<T>): Promise<T[]> {
    try {
      return [await promise];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#errors.push(error);
      return [];
    }
  }

  /** Where the one thing needed to go on is missing, what was found so far is all there is. */
  #only<T>(values: readonly T[]): T {
    const [value] = values;
    if (value === undefined) {
      this.finish();
      throw new InputError([]);
    }
    return value;
  }
}
