/** Requests that were not answered as they should have been, with the first few reasons. */
export class Failures {
  count = 0;
  readonly reasons: string[] = [];

  add(error: unknown): void {
    this.count += 1;
    if (this.reasons.length < 3) this.reasons.push(error instanceof Error ? error.message : String(error));
  }
}
