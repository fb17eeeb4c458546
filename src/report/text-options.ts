/** What the terminal that a text goes to can show. */
export interface TextOptions {
  readonly columns?: number;
  readonly color?: boolean;
  readonly unicode?: boolean;
}
