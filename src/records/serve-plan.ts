/** What serves so many users of a model at a level of service. */
export interface ServeQuestion {
  readonly users: number;
  /** Between an answer and the next question of a user. */
  readonly thinkS: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** To the first token, mean. */
  readonly ttftMaxS: number;
  /** For each further token, at p95. */
  readonly tpotMaxS: number;
  readonly weightBits: 8 | 16;
  readonly rentKind: string;
}

export interface ServeOption {
  readonly part: string;
  readonly tensorRanks: number;
  readonly replicas: number;
  readonly acceleratorCount: number;
  readonly usersPerReplica: number;
  /** Sequences that decode together. */
  readonly sequences: number;
  readonly ttftS: number;
  readonly tpotS: number;
  readonly tokensPerS: number;
  readonly usdPerS?: number;
  /** Of a million output tokens, with all users there. */
  readonly millionTokensUsd?: number;
  readonly whyNotFirst: string;
}

export interface ServeAnswer {
  readonly question: ServeQuestion;
  readonly model: string;
  readonly options: readonly ServeOption[];
  readonly rejected: readonly { readonly part: string; readonly why: string }[];
  readonly beware: readonly string[];
}
