import { parseStackEvent, type StackEvent } from './stack-event.ts';

const outcome = /✅\s+(?<stack>[\w-]+)(?<unchanged> \(no changes\))?(?<destroyed>: destroyed)?/;

/**
 * Turns what the CDK prints into one line per resource that is done or failed, and one per stack.
 *
 * @param print - gets each line
 */
export function progressReporter(print: (line: string) => void): (line: string) => void {
  return (text) => {
    const event = parseStackEvent(text);
    if (event !== undefined) {
      if (isOutcome(event)) print(describe(event));
      return;
    }
    // What takes longer than half a minute.
    const waiting = /Currently in progress: (.+)$/.exec(text)?.[1];
    if (waiting !== undefined) print(`  … still at work on ${waiting}`);
    const { stack, unchanged, destroyed } = outcome.exec(text)?.groups ?? {};
    if (stack !== undefined) {
      print(`  ✓ ${stack}${unchanged ? ': no changes' : destroyed ? ' is gone' : ' is deployed'}`);
    }
  };
}

function isOutcome({ status, type }: StackEvent): boolean {
  // The stack itself is reported once, when the CDK is done with it.
  return (
    !status.endsWith('_IN_PROGRESS') && !status.includes('_CLEANUP') && type !== 'AWS::CloudFormation::Stack'
  );
}

function describe({ progress, status, type, resource, reason }: StackEvent): string {
  const count = progress === undefined ? '' : `${progress.done}/${progress.of} `;
  const failed = status.endsWith('_FAILED');
  return `  ${failed ? '✗' : '·'} ${count}${status.toLowerCase().replaceAll('_', ' ')} ${resource} (${type})${failed ? `: ${reason}` : ''}`;
}
