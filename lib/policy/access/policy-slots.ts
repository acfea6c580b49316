import type { Cedar } from './cedar.ts';

/** Policies that want a place in the engine together. */
export interface SlottedPolicies {
  /** The policies' texts by id. */
  readonly texts: Readonly<Record<string, string>>;
}

/**
 * The engine keeps what it has parsed under a name and never forgets a name, so names are few and are given again: what was
 * not used for the longest time makes place.
 */
export class PolicySlots {
  readonly #cedar: typeof Cedar;
  readonly #size: number;
  /** What is parsed, by name; what was used last comes last. */
  readonly #names = new Map<SlottedPolicies, string>();
  readonly #free: string[] = [];
  #made = 0;

  constructor(cedar: typeof Cedar, size: number) {
    this.#cedar = cedar;
    this.#size = size;
  }

  /**
   * The name under which the engine has the policies, parsed now if they had to make place before.
   *
   * @throws Error where one cannot be parsed
   */
  nameOf(policies: SlottedPolicies): string {
    const known = this.#names.get(policies);
    const name = known ?? this.#takeName();
    if (known === undefined) this.#parse(name, policies);
    else this.#names.delete(policies);
    this.#names.set(policies, name);
    return name;
  }

  /** Gives a place away: it is not used any more, or so rarely that the policies are parsed again. */
  release(policies: SlottedPolicies): void {
    const name = this.#names.get(policies);
    if (name === undefined) return;
    this.#names.delete(policies);
    this.#free.push(name);
  }

  #parse(name: string, { texts }: SlottedPolicies): void {
    const answer = this.#cedar.preparsePolicySet(name, { staticPolicies: texts });
    if (answer.type === 'success') return;
    this.#free.push(name);
    throw new Error(
      `a stored policy cannot be parsed: ${answer.errors.map(({ message }) => message).join('; ')}`,
    );
  }

  #takeName(): string {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#made < this.#size) return `policies-${this.#made++}`;
    const [oldest, name] = this.#names.entries().next().value ?? [];
    if (oldest === undefined || name === undefined) throw new Error('there is no place for policies');
    this.#names.delete(oldest);
    return name;
  }
}
