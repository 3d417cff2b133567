/** What a soak found out about one promise. */
export interface Finding {
  readonly promise: string;
  readonly isKept: boolean;
  /** Figures, for people. */
  readonly saw: string;
}
