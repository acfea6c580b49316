import { isJsonObject, type Json } from '../json.ts';
import type { Evaluation } from './evaluation.ts';
import { type TemplatePlace, templateError, within } from './template-error.ts';

const placeholder = /\$\{(!?)([^}]*)\}/g;

/** `Fn::Sub`: text with `${Name}`, `${Resource.Attribute}` and `${!Literal}`, alone or with variables of its own. */
export function substitute(argument: Json, evaluation: Evaluation, place: TemplatePlace): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof template !== 'string' || !isJsonObject(variables)) {
    throw templateError(place, 'Fn::Sub expects a text, or a list of a text and its variables');
  }
  return template.replaceAll(placeholder, (_whole, escaped: string, name: string) => {
    if (escaped === '!') return `\${${name}}`;
    const variable = variables[name];
    if (variable !== undefined) return evaluation.text(variable, within(place, 1, name));
    return evaluation.text(asReference(name), place);
  });
}

/** The references in a `Fn::Sub`, as the `Ref` and `Fn::GetAtt` that they stand for. */
export function substitutedReferences(argument: Json): Json[] {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof template !== 'string' || !isJsonObject(variables)) return [];
  return [...template.matchAll(placeholder)]
    .filter(([, escaped, name]) => escaped !== '!' && name !== undefined && !(name in variables))
    .map(([, , name]) => asReference(name ?? ''));
}

function asReference(name: string): Json {
  return name.includes('.') && !name.startsWith('AWS::') ? { 'Fn::GetAtt': name } : { Ref: name };
}
