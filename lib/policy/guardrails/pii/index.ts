import type { CountryCode } from 'libphonenumber-js';
import type { Guardrail, GuardrailDetection } from '../../../plugin/index.ts';
import { normalise } from '../normalise.ts';
import { findCards, findIbans } from './account-numbers.ts';
import { findEmails } from './email.ts';
import { type Entity, entities, type FoundEntity } from './entity.ts';
import { findIdentifiers } from './identifiers.ts';
import { findIpAddresses } from './ip-address.ts';
import { openFrom } from './open-from.ts';
import { findPhones } from './phone.ts';
import { findSecrets, longestPrivateKey } from './secrets.ts';

export { entities } from './entity.ts';

export interface PiiOptions {
  /** What is looked for. @default - everything */
  readonly entities?: readonly Entity[];
  /** Countries whose phone numbers are recognised without a country code. @default - the United States */
  readonly phoneCountries?: readonly string[];
}

/**
 * Finds what is personal by its form and its check digits: exact, and blind to what has neither, such as names and
 * postal addresses.
 */
export async function createPiiGuardrail(options: PiiOptions = {}): Promise<Guardrail> {
  const wanted = new Set<Entity>(options.entities ?? entities);
  const countries = (options.phoneCountries ?? ['US']) as readonly CountryCode[];
  const parsePhone = wanted.has('phone') ? (await import('libphonenumber-js')).default : undefined;

  function* find(text: string): Iterable<FoundEntity> {
    yield* findEmails(text);
    yield* findSecrets(text);
    // All that follows has digits.
    if (!/\d/.test(text)) return;
    yield* findCards(text);
    yield* findIbans(text);
    yield* findIpAddresses(text);
    yield* findIdentifiers(text);
    if (parsePhone) yield* findPhones(text, countries, parsePhone);
  }

  return {
    streamed: { holdBack: longestPrivateKey, every: 1, openFrom },
    check({ texts }) {
      const detections: GuardrailDetection[] = [];
      for (const [index, original] of texts.entries()) {
        const normal = normalise(original);
        for (const { entity, start, end } of find(normal.text)) {
          if (!wanted.has(entity)) continue;
          const span = { text: index, ...normal.original(start, end) };
          detections.push({ category: entity, verdict: 'redact', span });
        }
      }
      return detections;
    },
  };
}
