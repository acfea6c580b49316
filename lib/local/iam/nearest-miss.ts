import type { CompiledCondition } from './compile-condition.ts';
import type { CompiledPolicy, CompiledStatement } from './compiled-policy.ts';
import { isAboutAction, matchesResource, type Question } from './match-statement.ts';
import type { ConditionContext } from './types.ts';

/**
 * The statement that came nearest to allowing a request, and what it asks for. A condition that fails is nearer than
 * another resource.
 *
 * @returns undefined where no statement is about the action
 */
export function describeNearestMiss(
  policies: readonly CompiledPolicy[],
  question: Question,
): string | undefined {
  const { resource, context } = question.request;
  let elsewhere: string | undefined;
  for (const { name, allowing } of policies) {
    for (const statement of allowing) {
      if (!isAboutAction(statement, question)) continue;
      const place = `${name}, statement ${statement.id},`;
      if (!matchesResource(statement, question)) {
        elsewhere ??= `${place} allows it on ${describeResources(statement)}, which ${resource} is not`;
        continue;
      }
      const failing = statement.conditions.find(({ holds }) => !holds(context));
      if (failing) return `${place} asks for ${failing.text}, and ${describeValues(failing, context)}`;
    }
  }
  return elsewhere;
}

function describeResources({ resources, notResources }: CompiledStatement): string {
  const texts = resources.map(({ text }) => text).join(' or ');
  return notResources ? `all but ${texts}` : texts;
}

/** The values of a condition's key and of the variables in its text. */
function describeValues({ key, text }: CompiledCondition, context: ConditionContext): string {
  const variables = [...text.matchAll(/\$\{\s*([^{},']+?)\s*[,}]/g)].map(([, name = '']) =>
    name.toLowerCase(),
  );
  return [...new Set([key, ...variables])]
    .filter((name) => name.includes(':'))
    .map((name) => {
      const values = context.get(name) ?? [];
      return values.length === 0 ? `the request has no ${name}` : `${name} is ${values.join(', ')}`;
    })
    .join(', and ');
}
