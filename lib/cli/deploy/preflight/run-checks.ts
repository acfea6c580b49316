import { classifyFailure } from '../aws/call-failure.ts';
import { type Check, type CheckContext, type Finding, warning } from './check.ts';

/** A check with what it found. */
export interface CheckReport {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Longer than any answer takes that will still come. */
const TIMEOUT_MS = 20_000;

/**
 * Runs checks at the same time and reports them in their order; those that had nothing to look at are left out. One that
 * cannot be made is a warning: it says nothing about the deployment.
 */
export async function runChecks(
  checks: readonly Check[],
  context: Omit<CheckContext, 'signal'>,
  timeoutMs: number = TIMEOUT_MS,
): Promise<CheckReport[]> {
  const reports = await Promise.all(
    checks.map(async (check) => ({
      title: check.title,
      findings: await check
        .run({ ...context, signal: AbortSignal.timeout(timeoutMs) })
        .catch((error: unknown) => [notMade(check, error)]),
    })),
  );
  return reports.filter(({ findings }) => findings.length > 0);
}

function notMade({ needs }: Check, error: unknown): Finding {
  switch (classifyFailure(error)) {
    case 'access-denied':
      return warning('not checked: access was denied', `grant ${needs.join(', ')} to have it checked`);
    case 'no-answer':
      return warning(
        'not checked: AWS did not answer in time',
        'check the network and the proxy, and try again',
      );
    case 'throttled':
      return warning('not checked: AWS answers no more calls for now', 'try again in a minute');
    default:
      return warning(
        `not checked: ${error instanceof Error ? error.message.split('\n', 1)[0] : error}`,
        'look into it where it matters to you; the deployment goes on',
      );
  }
}
