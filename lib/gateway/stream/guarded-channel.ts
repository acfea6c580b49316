import {
  type ActiveGuardrail,
  type DecidedDetection,
  type GuardrailOutcome,
  JsonPosition,
  mergeRedactions,
  type Replacement,
  runGuardrails,
} from '../../policy/index.ts';
import type { OutputGuard } from '../steps/guard-output.ts';

/** What one guardrail has said of the text so far. */
interface Asked {
  /** How far the text went when it was asked. */
  readonly to: number;
  /** What it found; places count from the beginning of the whole text. */
  readonly found: readonly DecidedDetection[];
}

type Found = DecidedDetection & Required<Pick<DecidedDetection, 'span'>>;

/** How much of what has left is shown again, so that what follows is seen in its context. */
const contextLength = 256;

/**
 * One text of a streamed answer as it grows: the content of a choice, the arguments of a tool. It tells how far the text
 * may leave, and what it looks like then. Places count from the beginning of the text, in UTF-16 units.
 */
export class GuardedChannel {
  readonly #guard: OutputGuard;
  readonly #json: JsonPosition | undefined;
  readonly #asked = new Map<ActiveGuardrail, Asked>();
  readonly #told = new Set<string>();
  /** The text from `#base` on; what stands before has left and is forgotten. */
  #window = '';
  #base = 0;
  #readTo = 0;
  #clear = 0;
  #refused = false;
  #replacements: readonly Replacement[] = [];

  /** @param isJson - the text is a JSON document, which replacements have to leave one */
  constructor(guard: OutputGuard, isJson: boolean) {
    this.#guard = guard;
    this.#json = isJson ? new JsonPosition() : undefined;
  }

  get end(): number {
    return this.#base + this.#window.length;
  }

  /** Up to here the text may leave. */
  get clear(): number {
    return this.#clear;
  }

  /** True once a guardrail does not let the answer go on. What stands before `clear` may still leave. */
  get isRefused(): boolean {
    return this.#refused;
  }

  append(text: string): void {
    this.#window += text;
  }

  /** Asks the guardrails that are due. A promise only where one of them needs time. */
  check(atEnd: boolean): undefined | Promise<undefined> {
    const { end } = this;
    const waiting: Promise<void>[] = [];
    for (const active of this.#guard.active) {
      if (!this.#isDue(active, atEnd)) continue;
      const outcome = runGuardrails([active], {
        stage: 'output',
        texts: [this.#window],
        signal: this.#guard.signal,
        invokeModel: this.#guard.invokeModel,
      });
      const base = this.#base;
      if (outcome instanceof Promise)
        waiting.push(outcome.then((said) => this.#note(active, said, base, end)));
      else this.#note(active, outcome, base, end);
    }
    if (waiting.length === 0) return this.#decide(atEnd);
    return Promise.all(waiting).then(() => this.#decide(atEnd));
  }

  /** The text between two places before `clear`, redacted. Asked for in order, each place once. */
  render(from: number, to: number): string {
    let text = '';
    let at = from;
    for (const { start, end, replacement } of this.#replacements) {
      if (end <= at || start >= to) continue;
      if (start >= from) text += this.#raw(at, start) + this.#quote(start, replacement);
      at = end;
    }
    if (at < to) text += this.#raw(at, to);
    return text;
  }

  /** Forgets what has left, but for some context. */
  forget(upTo: number): void {
    this.#read(upTo);
    const base = Math.max(this.#base, upTo - contextLength);
    this.#window = this.#window.slice(base - this.#base);
    this.#base = base;
    this.#replacements = this.#replacements.filter(({ end }) => end > upTo);
  }

  #isDue(active: ActiveGuardrail, atEnd: boolean): boolean {
    const fresh = this.end - (this.#asked.get(active)?.to ?? 0);
    if (atEnd) return fresh > 0;
    const { streamed } = active.guardrail;
    return streamed !== undefined && fresh >= streamed.every;
  }

  #note(active: ActiveGuardrail, { detections, runs }: GuardrailOutcome, base: number, to: number): void {
    const { report } = this.#guard;
    report.add([], runs);
    const found: DecidedDetection[] = [];
    for (const { span, ...detection } of detections) {
      if (span) {
        found.push({ ...detection, span: { ...span, start: span.start + base, end: span.end + base } });
        continue;
      }
      // What is said of the text as a whole is said again with every piece.
      const key = `${detection.guardrailId}\n${detection.category}`;
      if (!this.#told.has(key)) report.add([detection], []);
      this.#told.add(key);
      this.#refused ||= isRefusal(detection);
    }
    this.#asked.set(active, { to, found });
  }

  /** How far the text may leave now: nothing that is found, or may still turn out to be something, begins before. */
  #decide(atEnd: boolean): undefined {
    // What is refused as a whole has no part that may still leave.
    if (this.#refused) return undefined;
    let clear = this.end;
    for (const active of this.#guard.active) clear = Math.min(clear, this.#clearOf(active, atEnd));
    const found = [...this.#asked.values()].flatMap((asked) => asked.found).filter(this.#isAhead);
    for (let settled = false; !settled; ) {
      settled = true;
      for (const { span } of found) {
        if (span.start < clear && span.end > clear) {
          clear = span.start;
          settled = false;
        }
      }
    }
    clear = Math.max(clear, this.#clear);
    this.#settle(
      found.filter(({ span }) => span.end <= clear),
      clear,
    );
    return undefined;
  }

  #clearOf(active: ActiveGuardrail, atEnd: boolean): number {
    if (atEnd) return this.end;
    const { streamed } = active.guardrail;
    const asked = this.#asked.get(active);
    if (!streamed || !asked) return this.#clear;
    const from = asked.to - streamed.holdBack;
    if (!streamed.openFrom) return from;
    return Math.max(from, this.#base + streamed.openFrom(this.#window.slice(0, asked.to - this.#base)));
  }

  readonly #isAhead = (detection: DecidedDetection): detection is Found =>
    detection.span !== undefined && detection.span.end > this.#clear;

  #settle(found: readonly Found[], clear: number): void {
    this.#guard.report.add(found, []);
    const refusals = found.filter(isRefusal);
    if (refusals.length > 0) {
      this.#refused = true;
      clear = Math.min(clear, ...refusals.map(({ span }) => Math.max(span.start, this.#clear)));
    }
    const inWindow = found.map((detection) => ({
      ...detection,
      span: {
        ...detection.span,
        start: Math.max(detection.span.start, this.#clear) - this.#base,
        end: detection.span.end - this.#base,
      },
    }));
    const made = mergeRedactions(this.#window, inWindow, this.#guard.placeholders).map((replacement) => ({
      ...replacement,
      start: replacement.start + this.#base,
      end: replacement.end + this.#base,
    }));
    this.#replacements = [...this.#replacements, ...made];
    this.#clear = clear;
  }

  #quote(at: number, replacement: string): string {
    if (!this.#json) return replacement;
    this.#read(at);
    return this.#json.quote(replacement);
  }

  #read(to: number): void {
    if (!this.#json || to <= this.#readTo) return;
    this.#json.advance(this.#raw(this.#readTo, to));
    this.#readTo = to;
  }

  #raw(from: number, to: number): string {
    return this.#window.slice(from - this.#base, to - this.#base);
  }
}

function isRefusal({ verdict }: DecidedDetection): boolean {
  return verdict === 'hold' || verdict === 'block';
}
