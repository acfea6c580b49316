/** A permission that a call made use of. */
export interface UsedPermission {
  readonly roleArn: string;
  readonly policy: string;
  /** Its Sid, or its number. */
  readonly statement: string;
  /** As the policy writes it. */
  readonly action: string;
}

/** Remembers which permissions were of use, each once. */
export class AccessUsage {
  readonly #used = new Map<string, UsedPermission>();
  readonly #onFirstUse: (used: UsedPermission) => void;

  constructor(onFirstUse: (used: UsedPermission) => void = () => undefined) {
    this.#onFirstUse = onFirstUse;
  }

  add(used: UsedPermission): void {
    const key = JSON.stringify(used);
    if (this.#used.has(key)) return;
    this.#used.set(key, used);
    this.#onFirstUse(used);
  }

  list(): readonly UsedPermission[] {
    return [...this.#used.values()];
  }
}
