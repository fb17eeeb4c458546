/**
 * A Hugging Face `config.json` as a large model: each figure from its key, from the format's
 * default, or assumed and named. Model types that no rule knows are read as Llama's.
 */
import { InputError } from "../../base/errors.ts";
import type { Issue } from "../../base/errors.ts";
import type { LargeModel, ModelField, ModelShape } from "../../records/large-model.ts";
import type { Document } from "../document.ts";
import { issueAt, listed, shown } from "../issue.ts";
import { isGroup } from "../walk.ts";
import { HF_TYPES, UNKNOWN_TYPE } from "./hf-types.ts";
import type { HfType } from "./hf-types.ts";

export interface HfHead {
  readonly id: string;
  readonly name: string;
  readonly source: string;
}

export function modelFromHf(document: Document, head: HfHead, pointer = ""): LargeModel {
  const reader = new HfReader(document, pointer);
  const model = reader.model(head);
  reader.finish();
  return model;
}

/** Largest width, count or length that any model has, with room. */
const MOST = 1e7;

class HfReader {
  readonly #document: Document;
  readonly #pointer: string;
  readonly #keys: Readonly<Record<string, unknown>>;
  readonly #fields: ModelField[] = [];
  readonly #issues: Issue[] = [];

  constructor(document: Document, pointer: string) {
    this.#document = document;
    const whole = pointer === "" ? document.data : group(document.data)[pointer.slice(1)];
    const outer = group(whole);
    // Models that also see keep the configuration of their language part in a block.
    const isNested = isGroup(outer["text_config"]) && outer["hidden_size"] === undefined;
    this.#pointer = isNested ? `${pointer}/text_config` : pointer;
    this.#keys = isNested ? { ...outer, ...group(outer["text_config"]) } : outer;
  }

  finish(): void {
    if (this.#issues.length > 0) throw new InputError(this.#issues);
  }

  model(head: HfHead): LargeModel {
    const modelType = this.#type();
    const type = HF_TYPES[modelType] ?? this.#assumedType(modelType);
    const hiddenSize = this.#count("hiddenSize", ["hidden_size", "n_embd", "d_model"]);
    const heads = this.#count("heads", ["num_attention_heads", "n_head", "n_heads"]);
    const shape = this.#shape(type, hiddenSize, heads);
    const contextTokens = this.#count("contextTokens", [
      ...["max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length"],
    ]);
    const segments = type.hasSegments ? this.#count("segments", ["type_vocab_size"], 2) : 0;
    const hasBias = this.#keys["attention_bias"] === true;
    return {
      ...head,
      modelType,
      shape,
      contextTokens,
      biases: type.biases === "none" && hasBias ? "attention" : type.biases,
      positionTokens: (type.hasPositions ? contextTokens : 0) + segments,
      hasPooler: type.hasSegments === true,
      normsPerLayer: type.normsPerLayer ?? 2,
      hasNormBias: type.hasNormBias === true,
      fields: this.#fields,
    };
  }

  #shape(type: HfType, hiddenSize: number, heads: number): ModelShape {
    const kvHeads = this.#count("kvHeads", ["num_key_value_heads", "n_head_kv"], heads);
    const headSize = this.#count("headSize", ["head_dim", "d_head"], hiddenSize / heads);
    this.#divides("num_key_value_heads", heads, kvHeads, "a number that divides the heads");
    if (!Number.isInteger(headSize)) {
      this.#divides("num_attention_heads", hiddenSize, heads, "a divisor of hidden_size");
    }
    const wide = ["intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size"];
    const denseFfn = this.#count("ffnChannels", wide, 4 * hiddenSize);
    const experts = this.#experts(denseFfn, type);
    const layers = this.#count("layers", ["num_hidden_layers", "n_layer", "n_layers"]);
    const ties = this.#keys["tie_word_embeddings"];
    const isTied = typeof ties === "boolean" ? ties : type.isTied;
    const from = typeof ties === "boolean" ? "tie_word_embeddings" : "default of the type";
    this.#note("vocabularyTables", String(isTied ? 1 : 2), from);
    const expertFfn = experts === undefined ? undefined : this.#expertWidth(denseFfn);
    return {
      ...{ layers, hiddenSize, heads, headSize, kvHeads },
      ffnChannels: expertFfn ?? denseFfn,
      isGated: type.isGated,
      vocabularyTokens: this.#count("vocabularyTokens", ["vocab_size"]),
      hasDropout: false,
      windowTokens: this.#window(type),
      vocabularyTables: isTied ? 1 : 2,
      ...(experts === undefined ? {} : { experts }),
      ...this.#latent(),
    };
  }

  #experts(denseFfnChannels: number, type: HfType): ModelShape["experts"] {
    const counts = ["num_local_experts", "num_experts", "n_routed_experts"];
    if (!counts.some((key) => typeof this.#keys[key] === "number")) return undefined;
    const leading = this.#optional("denseLayers", ["first_k_dense_replace"]) ?? 0;
    const dense = leading > 0 ? { denseLayers: leading, denseFfnChannels } : {};
    return {
      experts: this.#count("experts", counts),
      expertsPerToken: this.#count("expertsPerToken", [
        ...["num_experts_per_tok", "num_experts_per_token", "moe_top_k", "experts_per_token"],
      ]),
      sharedExperts: this.#optional("sharedExperts", ["n_shared_experts"]) ?? 0,
      ...(type.biases === "all" ? { hasBias: true } : {}),
      ...dense,
    };
  }

  #expertWidth(otherwise: number): number {
    return this.#count("expertChannels", ["moe_intermediate_size"], otherwise);
  }

  #latent(): Pick<ModelShape, "latent"> {
    const keyValueChannels = this.#optional("keyValueChannels", ["kv_lora_rank"]);
    if (keyValueChannels === undefined) return {};
    const queryChannels = this.#optional("queryChannels", ["q_lora_rank"]) ?? 0;
    return { latent: { queryChannels, keyValueChannels } };
  }

  #window(type: HfType): number {
    if (!type.alternatesWindow) return 0;
    return this.#optional("windowTokens", ["sliding_window"]) ?? 0;
  }

  #type(): string {
    const found = this.#keys["model_type"];
    if (typeof found === "string" && found !== "") return found;
    const architectures = this.#keys["architectures"];
    const first: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
    return typeof first === "string" ? first : "unknown";
  }

  #assumedType(modelType: string): HfType {
    const known = listed(Object.keys(HF_TYPES));
    for (const [name, figure] of Object.entries(UNKNOWN_TYPE.assumed)) {
      const from = `model_type "${modelType}" is not known (${known}); read as Llama's`;
      this.#fields.push({ name, figure, origin: "assumed", from });
    }
    return UNKNOWN_TYPE.type;
  }

  /** A count from the first key there, else the format's default, else an issue. */
  #count(name: string, keys: readonly string[], otherwise?: number): number {
    const found = this.#optional(name, keys);
    if (found !== undefined) return found;
    if (otherwise !== undefined) {
      this.#fields.push({
        ...{ name, figure: String(otherwise), origin: "format default" },
        from: `no ${keys[0] ?? name}`,
      });
      return otherwise;
    }
    const place = this.#document.place(this.#pointer, "value");
    this.#issues.push(
      issueAt(place, {
        code: "missing-key",
        found: `no ${keys.join(", ")}`,
        expected: `${keys[0] ?? name}, a whole number`,
        nextStep: "add it, or is this no config.json of a transformer?",
      }),
    );
    return 1;
  }

  #optional(name: string, keys: readonly string[]): number | undefined {
    const key = keys.find((one) => this.#keys[one] !== undefined && this.#keys[one] !== null);
    if (key === undefined) return undefined;
    const value = this.#keys[key];
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MOST) {
      if (value > 0 || name === "sharedExperts" || name === "denseLayers") {
        this.#note(name, String(value), key);
        return value;
      }
    }
    this.#complain(key, shown(value), `a whole number from 1 to ${MOST}`);
    return 1;
  }

  #divides(key: string, whole: number, part: number, expected: string): void {
    if (whole % part !== 0) this.#complain(key, `${part} for ${whole}`, expected);
  }

  #complain(key: string, found: string, expected: string): void {
    const place = this.#document.place(`${this.#pointer}/${key}`, "value");
    const code = "out-of-range";
    this.#issues.push(issueAt(place, { code, found, expected, nextStep: `correct ${key}` }));
  }

  #note(name: string, figure: string, from: string): void {
    const origin = from.startsWith("default") ? "format default" : "file";
    this.#fields.push({ name, figure, origin, from });
  }
}

function group(value: unknown): Readonly<Record<string, unknown>> {
  return isGroup(value) ? value : {};
}
