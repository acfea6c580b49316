import { parseStackEvent, type StackEvent } from './stack-event.ts';

/** A usual cause of a failed deployment. */
interface Cause {
  readonly pattern: RegExp;
  readonly nextStep: string;
}

/** What CloudFormation and the CDK say, and what to do about it. The first that fits. */
const causes: readonly Cause[] = [
  {
    pattern:
      /has not been bootstrapped|SSM parameter .*cdk-bootstrap.* not found|is this environment bootstrapped/i,
    nextStep: 'run `npx cdk bootstrap`',
  },
  {
    pattern: /CloudWatch Logs role ARN must be set/i,
    nextStep:
      'API Gateway did not know its new log role yet, or another stack removed it: run `npx openclaw deploy` again',
  },
  {
    pattern: /ExpiredToken|security token included in the request is expired/i,
    nextStep: 'sign in again, then run `npx openclaw deploy` again: it takes up what is missing',
  },
  {
    pattern: /could not assume|cannot assume|sts:AssumeRole/i,
    nextStep:
      'allow your identity sts:AssumeRole on the roles whose names begin with cdk-hnb659fds-, or run `npx cdk bootstrap` for this account',
  },
  {
    pattern: /not authorized to perform|AccessDenied|access denied|UnauthorizedOperation/i,
    nextStep:
      'grant the action named above to the role that CloudFormation deploys with (cdk-hnb659fds-cfn-exec-role-…), and look for a service control policy that denies it',
  },
  {
    pattern: /already exists/i,
    nextStep:
      'a resource of that name is left from an earlier deployment: delete it, import it with `npx cdk import`, or set another `name` in the configuration',
  },
  {
    pattern: /instance type.*not (?:supported|available)|InsufficientInstanceCapacity|insufficient capacity/i,
    nextStep: 'choose another instance type or region, or try again later',
  },
  {
    pattern:
      /ResourceLimitExceeded|LimitExceeded|exceed(?:s|ed)? .*(?:limit|quota)|(?:limit|quota).*exceeded/i,
    nextStep: 'ask for a higher quota in the Service Quotas console, or configure less',
  },
  {
    pattern: /throttl|rate exceeded|too many requests/i,
    nextStep: 'run `npx openclaw deploy` again in a minute: it takes up where it ended',
  },
  {
    pattern: /_IN_PROGRESS state and can ?not be updated|is in .*_IN_PROGRESS/i,
    nextStep: 'wait until `npx openclaw status` says that the other deployment has ended',
  },
  {
    pattern: /ROLLBACK_FAILED/,
    nextStep: 'run `npx cdk rollback <stack>`, then `npx openclaw deploy` again',
  },
  {
    pattern: /TerminationProtection|termination protection/i,
    nextStep: 'only `npx openclaw destroy --delete-data` removes a stack that holds data',
  },
  {
    pattern: /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|socket hang up/,
    nextStep: 'check the network and HTTPS_PROXY, then try again',
  },
];

/** Failures of resources that CloudFormation gave up because of another one. */
const cascade = /^Resource (?:creation|update|deletion) cancelled/i;

/**
 * Tells why the CDK failed: the first resource that did (the others follow from it), CloudFormation's reason, and the
 * next step.
 *
 * @param lines - all that the CDK printed, without colours
 */
export function explainFailure(lines: readonly string[]): string {
  const event = lines.map(parseStackEvent).find(isRootCause);
  const reason = event === undefined ? cdkError(lines) : event.reason;
  const what =
    event === undefined
      ? reason
      : `${event.resource} (${event.type}) in ${event.stack} is ${event.status}: ${reason || 'CloudFormation gives no reason'}`;
  const cause = causes.find(({ pattern }) => pattern.test(reason));
  const next = cause?.nextStep ?? 'mend what is named above, then run `npx openclaw deploy` again';
  return `${what}\n  Next: ${next}`;
}

function isRootCause(event: StackEvent | undefined): event is StackEvent {
  return event?.status.endsWith('_FAILED') === true && !cascade.test(event.reason);
}

/** The CDK's own error, which it prints last: a cross with the stack, and the reason below it. */
function cdkError(lines: readonly string[]): string {
  const texts = lines.map((text) => text.trim()).filter((text) => text !== '' && !text.startsWith('at '));
  const marked = texts.findLastIndex((text) => text.startsWith('❌'));
  const error = (marked === -1 ? texts.slice(-3) : texts.slice(marked, marked + 3)).join(' ');
  return error.replaceAll(/❌\s*|‣\s*/g, '') || 'the CDK printed nothing';
}
