import type { Json } from '../json.ts';
import type { Evaluation, IntrinsicFunction } from './evaluation.ts';
import { NO_VALUE, type Resolved } from './no-value.ts';
import { type TemplatePlace, templateError, within } from './template-error.ts';

/** The intrinsic functions that decide something, by the key that calls them. */
export const conditionFunctions: readonly (readonly [string, IntrinsicFunction])[] = [
  ['Fn::If', choose],
  ['Fn::Equals', equals],
  ['Fn::Not', (argument, evaluation, place) => !truths(argument, evaluation, place)[0]],
  ['Fn::And', (argument, evaluation, place) => truths(argument, evaluation, place).every((truth) => truth)],
  ['Fn::Or', (argument, evaluation, place) => truths(argument, evaluation, place).some((truth) => truth)],
  ['Condition', condition],
];

function choose(argument: Json, evaluation: Evaluation, place: TemplatePlace): Resolved {
  const [name, whenTrue, whenFalse] = Array.isArray(argument) ? argument : [];
  if (typeof name !== 'string' || whenTrue === undefined || whenFalse === undefined) {
    throw templateError(place, 'Fn::If expects a condition and two values');
  }
  return evaluation.condition(name, place)
    ? evaluation.resolve(whenTrue, within(place, 1))
    : evaluation.resolve(whenFalse, within(place, 2));
}

function equals(argument: Json, evaluation: Evaluation, place: TemplatePlace): boolean {
  const [one, other] = Array.isArray(argument) ? argument : [];
  if (one === undefined || other === undefined) throw templateError(place, 'Fn::Equals expects two values');
  return comparable(one, evaluation, within(place, 0)) === comparable(other, evaluation, within(place, 1));
}

/** CloudFormation compares texts: the number 1 equals the text "1". */
function comparable(value: Json, evaluation: Evaluation, place: TemplatePlace): string {
  const resolved = evaluation.resolve(value, place);
  if (resolved === NO_VALUE) return '';
  return typeof resolved === 'object' ? JSON.stringify(resolved) : String(resolved);
}

function truths(argument: Json, evaluation: Evaluation, place: TemplatePlace): boolean[] {
  if (!Array.isArray(argument) || argument.length === 0) {
    throw templateError(place, 'the function expects a list of conditions');
  }
  return argument.map((part, index) => {
    const truth = evaluation.resolve(part, within(place, index));
    if (truth === true || truth === 'true') return true;
    if (truth === false || truth === 'false') return false;
    throw templateError(within(place, index), 'this is no condition');
  });
}

function condition(argument: Json, evaluation: Evaluation, place: TemplatePlace): boolean {
  if (typeof argument !== 'string') throw templateError(place, 'Condition expects a name');
  return evaluation.condition(argument, place);
}
