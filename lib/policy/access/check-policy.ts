import { type Cedar, loadCedar } from './cedar.ts';
import { policyFacts } from './policy-facts.ts';
import { maxPolicyBytes, type PolicyFacts } from './policy-setting.ts';
import { readSchema } from './schema.ts';
import { type TextPosition, textPosition } from './text-position.ts';

/** What is wrong with a policy, and where. */
export interface PolicyProblem {
  readonly message: string;
  /** How to put it right, where the engine has an idea. */
  readonly help?: string;
  readonly start: TextPosition;
  readonly end: TextPosition;
}

export type PolicyCheck =
  | { readonly valid: true; readonly facts: PolicyFacts; readonly warnings: readonly PolicyProblem[] }
  | { readonly valid: false; readonly errors: readonly PolicyProblem[] };

/** Whose policy it is: the platform's can only forbid. */
export type PolicyOwner = 'tenant' | 'platform';

/** Stands for the policy in the engine's messages, which then are told without it. */
const checkedId = 'checked';
/** What Amazon Verified Permissions knows of extensions. */
const knownFunctions: ReadonlySet<string> = new Set([
  'ip',
  'isIpv4',
  'isIpv6',
  'isLoopback',
  'isMulticast',
  'isInRange',
  'decimal',
  'lessThan',
  'lessThanOrEqual',
  'greaterThan',
  'greaterThanOrEqual',
]);

/**
 * Checks a policy as strictly as the language allows: it is one policy, of the schema's types, reads no attribute that may
 * be absent without asking, and stays inside the subset of Amazon Verified Permissions.
 */
export async function checkPolicy(text: string, owner: PolicyOwner = 'tenant'): Promise<PolicyCheck> {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxPolicyBytes) {
    return refuse(text, `a policy has at most ${maxPolicyBytes} bytes; this one has ${bytes}`);
  }
  const cedar = await loadCedar();
  const answer = cedar.validate({
    schema: readSchema(),
    policies: { staticPolicies: { [checkedId]: text } },
    validationSettings: { mode: 'strict' },
  });
  if (answer.type === 'failure') {
    return { valid: false, errors: answer.errors.map((error) => describe(error, text)) };
  }
  if (answer.validationErrors.length > 0) {
    const errors = answer.validationErrors.map(({ error }) => describe(error, text));
    return { valid: false, errors: errors.sort(inOrder) };
  }
  const parsed = cedar.policyToJson(text);
  if (parsed.type === 'failure') {
    return { valid: false, errors: parsed.errors.map((error) => describe(error, text)) };
  }
  const { facts, functions } = policyFacts(parsed.json);
  const unknown = functions.find((name) => !knownFunctions.has(name));
  if (unknown !== undefined) {
    return refuse(
      text,
      `the function ${unknown} is not part of what Amazon Verified Permissions takes; use context.time for times`,
      unknown,
    );
  }
  if (owner === 'platform' && facts.effect === 'permit') {
    return refuse(
      text,
      'a policy of the platform can only forbid; what it permits is for each tenant to say',
      'permit',
    );
  }
  return {
    valid: true,
    facts,
    warnings: [
      ...answer.validationWarnings.map(({ error }) => describe(error, text)),
      ...permitWarning(facts, text),
    ],
  };
}

function permitWarning({ effect }: PolicyFacts, text: string): PolicyProblem[] {
  if (effect !== 'permit') return [];
  return [
    problem(text, {
      message:
        'with a permit among its policies a tenant allows only what some permit allows; to refuse single things, ' +
        'write forbid … unless instead',
      found: 'permit',
    }),
  ];
}

function refuse(text: string, message: string, found?: string): PolicyCheck {
  return { valid: false, errors: [problem(text, { message, ...(found !== undefined && { found }) })] };
}

function problem(text: string, { message, found }: { message: string; found?: string }): PolicyProblem {
  const index = found === undefined ? -1 : text.search(new RegExp(`\\b${found}\\b`));
  const start = index < 0 ? 0 : Buffer.byteLength(text.slice(0, index));
  const end = index < 0 ? Buffer.byteLength(text) : start + (found?.length ?? 0);
  return { message, start: textPosition(text, start), end: textPosition(text, end) };
}

function describe({ message, help, sourceLocations }: Cedar.DetailedError, text: string): PolicyProblem {
  const { start = 0, end = Buffer.byteLength(text) } = sourceLocations?.[0] ?? {};
  return {
    message: withoutId(message),
    ...(help !== null && { help: withoutId(help) }),
    start: textPosition(text, start),
    end: textPosition(text, end),
  };
}

/** The engine gives them in any order. */
function inOrder(one: PolicyProblem, other: PolicyProblem): number {
  return (
    one.start.line - other.start.line ||
    one.start.column - other.start.column ||
    one.message.localeCompare(other.message)
  );
}

/** The id is ours, not the author's. */
function withoutId(message: string): string {
  return message
    .replace(`failed to parse policy with id \`${checkedId}\` from string: `, '')
    .replaceAll(`for policy \`${checkedId}\`, `, '');
}
