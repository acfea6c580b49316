import type { IncomingMessage } from 'node:http';
import { AccessDenied } from '../access-denied.ts';
import type { Guard, Refusal } from '../guard-server.ts';

/** Told of each call that was refused. */
export type OnDenied = (denied: AccessDenied) => void;

export interface GuardRules {
  readonly readsBody: (request: IncomingMessage) => boolean;
  /** @throws AccessDenied; SyntaxError for a body that the service itself will not understand either */
  readonly authorize: (request: IncomingMessage, body: Buffer) => void;
  /** How the service words a denial. */
  readonly refusal: (denied: AccessDenied, request: IncomingMessage) => Refusal;
}

/** A guard that refuses what its rules refuse. */
export function newGuard({ readsBody, authorize, refusal }: GuardRules, onDenied: OnDenied): Guard {
  return {
    readsBody,
    check: (request, body) => {
      try {
        authorize(request, body);
        return undefined;
      } catch (error) {
        // What is no JSON touches nothing: the service refuses it.
        if (error instanceof SyntaxError) return undefined;
        // What cannot be decided on is refused; thrown here, it would end the engines.
        const denied =
          error instanceof AccessDenied ? error : new AccessDenied('AccessDenied', String(error));
        onDenied(denied);
        return refusal(denied, request);
      }
    },
  };
}
