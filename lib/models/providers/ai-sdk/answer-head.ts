import { randomUUID } from 'node:crypto';

/** What every object of one answer repeats. */
export interface AnswerHead {
  readonly id: string;
  /** Epoch seconds. */
  readonly created: number;
  readonly model: string;
}

export function createAnswerHead(model: string): AnswerHead {
  return { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1_000), model };
}
