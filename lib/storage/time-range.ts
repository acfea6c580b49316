/** A range of time in epoch milliseconds: from the first, to before the second. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}
