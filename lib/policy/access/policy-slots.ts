import type { Cedar } from './cedar.ts';

type Engine = typeof Cedar;

/** A set of policies that wants a place in the engine. */
export interface SlottedSet {
  /** The policies' texts by id. */
  readonly policies: Readonly<Record<string, string>>;
}

/**
 * The engine keeps what it has parsed under a name and never forgets a name, so names are few and are given again: the set
 * that was not used for the longest time makes place.
 */
export class PolicySlots {
  readonly #cedar: Engine;
  readonly #size: number;
  /** Sets that are parsed, by name; the one used last comes last. */
  readonly #names = new Map<SlottedSet, string>();

  constructor(cedar: Engine, size: number) {
    this.#cedar = cedar;
    this.#size = size;
  }

  /**
   * The name under which the engine has the set, parsed now if it had to make place before.
   *
   * @throws Error where a policy cannot be parsed
   */
  nameOf(set: SlottedSet): string {
    const known = this.#names.get(set);
    if (known !== undefined) {
      this.#names.delete(set);
      this.#names.set(set, known);
      return known;
    }
    const name = this.#freeName();
    const answer = this.#cedar.preparsePolicySet(name, { staticPolicies: set.policies });
    if (answer.type === 'failure') {
      throw new Error(
        `a stored policy cannot be parsed: ${answer.errors.map(({ message }) => message).join('; ')}`,
      );
    }
    this.#names.set(set, name);
    return name;
  }

  /** Gives a set's place away: it is not used any more, or so rarely that it is parsed again. */
  release(set: SlottedSet): void {
    this.#names.delete(set);
  }

  #freeName(): string {
    if (this.#names.size < this.#size) {
      const taken = new Set(this.#names.values());
      for (let index = 0; ; index += 1) if (!taken.has(`set-${index}`)) return `set-${index}`;
    }
    const [oldest, name] = this.#names.entries().next().value ?? [];
    if (oldest === undefined || name === undefined) throw new Error('there is no place for policies');
    this.#names.delete(oldest);
    return name;
  }
}
