/** What an importer found: a configuration, a layout's keys, and what it did not read. */
export interface ImportedRun {
  /** As a config.json would have it; absent where the file holds no model. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** "tp=8", "micro=1": keys of a layout. */
  readonly layout: readonly string[];
  readonly rankCount?: number;
  /** Names that move neither model nor layout here. */
  readonly unread: readonly string[];
  readonly notes: readonly string[];
}
