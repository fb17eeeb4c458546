/**
 * MSCCL's XML (microsoft/msccl-tools, msccl/language/ir.py): <algo> of <gpu> of <tb> of <step>.
 * Numbers must be there and whole; what they mean is proved by carrying them out.
 */
import type {
  MscclAlgorithm,
  MscclBlock,
  MscclBuffer,
  MscclKind,
  MscclRank,
  MscclStep,
} from "../../records/msccl.ts";
import type { Collective } from "../../records/schedule.ts";
import type { Complaint } from "../issue.ts";
import { refuse, shown } from "../issue.ts";
import { readText } from "../read.ts";
import type { XmlElement } from "./xml.ts";
import { parseXml } from "./xml.ts";

const COLLECTIVES: Readonly<Record<string, Collective>> = {
  allreduce: "all-reduce",
  allgather: "all-gather",
  reduce_scatter: "reduce-scatter",
  reducescatter: "reduce-scatter",
  alltoall: "all-to-all",
  broadcast: "broadcast",
  reduce: "reduce",
};
const KINDS: readonly MscclKind[] = ["s", "r", "rcs", "rrs", "rrc", "rrcs", "cpy", "re", "nop"];
const BUFFERS: readonly MscclBuffer[] = ["i", "o", "s"];
const COUNT_MOST = 2 ** 20;

export async function readMsccl(path: string): Promise<MscclAlgorithm> {
  return mscclFrom(await readText(path), path);
}

export function mscclFrom(text: string, file: string): MscclAlgorithm {
  return new MscclReader().algorithm(parseXml(text, file));
}

class MscclReader {
  algorithm(algo: XmlElement): MscclAlgorithm {
    if (algo.name !== "algo") this.#refuse(algo, `<${algo.name}>`, "<algo>");
    const coll = algo.attributes.get("coll") ?? "";
    const collective = Object.hasOwn(COLLECTIVES, coll) ? COLLECTIVES[coll] : undefined;
    if (collective === undefined) {
      const known = Object.keys(COLLECTIVES).join(", ");
      return this.#refuse(algo, `coll ${shown(coll)}`, `one of ${known}`);
    }
    const gpus = algo.children.toSorted((a, b) => this.#id(a) - this.#id(b));
    const count = this.#count(algo, "ngpus", gpus.length);
    gpus.forEach((gpu, i) => {
      if (gpu.name !== "gpu" || this.#id(gpu) !== i || gpus.length !== count) {
        this.#refuse(gpu, `<${gpu.name}> ${this.#id(gpu)}`, `GPUs 0 to ${count - 1}, each once`);
      }
    });
    if (count === 0) this.#refuse(algo, "no <gpu>", "one a rank");
    return {
      name: algo.attributes.get("name") ?? "msccl",
      collective,
      isInPlace: algo.attributes.get("inplace") === "1",
      ranks: gpus.map((gpu) => this.#rank(gpu, count)),
    };
  }

  #rank(gpu: XmlElement, rankCount: number): MscclRank {
    const blocks = gpu.children.toSorted((a, b) => this.#id(a) - this.#id(b));
    blocks.forEach((tb, i) => {
      if (tb.name !== "tb" || this.#id(tb) !== i) {
        this.#refuse(tb, `<${tb.name}> ${this.#id(tb)}`, "thread blocks from 0 on, each once");
      }
    });
    return {
      inputCount: this.#count(gpu, "i_chunks"),
      outputCount: this.#count(gpu, "o_chunks"),
      scratchCount: this.#count(gpu, "s_chunks"),
      blocks: blocks.map((tb) => this.#block(tb, rankCount)),
    };
  }

  #block(tb: XmlElement, rankCount: number): MscclBlock {
    const peer = (key: string): number | undefined => {
      if (tb.attributes.get(key) === "-1") return undefined;
      const rank = this.#count(tb, key);
      return rank < rankCount
        ? rank
        : this.#refuse(tb, `${key} ${rank}`, `a GPU below ${rankCount}`);
    };
    const [targetRank, sourceRank] = [peer("send"), peer("recv")];
    const steps = tb.children.map((step, i) => this.#step(step, i));
    return {
      ...(targetRank === undefined ? {} : { targetRank }),
      ...(sourceRank === undefined ? {} : { sourceRank }),
      channelId: this.#count(tb, "chan"),
      steps,
    };
  }

  #step(step: XmlElement, place: number): MscclStep {
    if (step.name !== "step" || this.#count(step, "s") !== place) {
      this.#refuse(step, `<${step.name}> ${step.attributes.get("s") ?? ""}`, `step ${place}`);
    }
    const kind = this.#word(step, "type", KINDS);
    const isAfter = step.attributes.get("depid") !== "-1" && step.attributes.has("depid");
    return {
      kind,
      sourceBuffer: kind === "nop" ? "i" : this.#word(step, "srcbuf", BUFFERS),
      sourceId: kind === "nop" ? 0 : this.#offset(step, "srcoff"),
      targetBuffer: kind === "nop" ? "i" : this.#word(step, "dstbuf", BUFFERS),
      targetId: kind === "nop" ? 0 : this.#offset(step, "dstoff"),
      chunkCount: kind === "nop" ? 0 : this.#count(step, "cnt"),
      ...(isAfter
        ? { after: { blockId: this.#count(step, "depid"), stepId: this.#count(step, "deps") } }
        : {}),
    };
  }

  /** -1 where a side is not used. */
  #offset(step: XmlElement, key: string): number {
    return step.attributes.get(key) === "-1" ? 0 : this.#count(step, key);
  }

  #word<T extends string>(element: XmlElement, key: string, words: readonly T[]): T {
    const value = element.attributes.get(key);
    const found = words.find((word) => word === value);
    return found ?? this.#refuse(element, `${key} ${shown(value ?? null)}`, words.join(", "));
  }

  #id(element: XmlElement): number {
    return this.#count(element, "id");
  }

  #count(element: XmlElement, key: string, otherwise?: number): number {
    const value = element.attributes.get(key);
    if (value === undefined && otherwise !== undefined) return otherwise;
    const isCount = value !== undefined && /^\d{1,7}$/.test(value) && Number(value) <= COUNT_MOST;
    if (isCount) return Number(value);
    return this.#refuse(element, `${key} ${shown(value ?? null)}`, "a whole number from 0 on");
  }

  #refuse({ place }: XmlElement, found: string, expected: string): never {
    const complaint: Complaint = { code: "not-msccl", found, expected, nextStep: "correct it" };
    return refuse(place, complaint);
  }
}
