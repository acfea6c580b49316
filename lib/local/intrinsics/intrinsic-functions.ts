import type { Json } from '../json.ts';
import { conditionFunctions } from './condition-functions.ts';
import type { Evaluation, IntrinsicFunction } from './evaluation.ts';
import type { Resolved } from './no-value.ts';
import { substitute } from './substitute.ts';
import { type TemplatePlace, templateError, within } from './template-error.ts';

/**
 * The intrinsic functions of CloudFormation that the local runtime knows, by the key that calls them.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export const intrinsicFunctions: ReadonlyMap<string, IntrinsicFunction> = new Map<string, IntrinsicFunction>([
  ['Ref', ref],
  ['Fn::GetAtt', getAttribute],
  ['Fn::Join', join],
  ['Fn::Sub', substitute],
  ['Fn::Select', select],
  ['Fn::Split', split],
  ['Fn::ImportValue', importValue],
  ['Fn::FindInMap', findInMap],
  ['Fn::Base64', base64],
  ['Fn::GetAZs', availabilityZones],
  ...conditionFunctions,
]);

function ref(argument: Json, evaluation: Evaluation, place: TemplatePlace): Resolved {
  if (typeof argument !== 'string') throw templateError(place, 'Ref expects a name');
  return evaluation.reference(argument, place);
}

function getAttribute(argument: Json, evaluation: Evaluation, place: TemplatePlace): Json {
  const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : items(argument);
  if (typeof logicalId !== 'string' || attribute.length === 0) {
    throw templateError(place, 'Fn::GetAtt expects a resource and an attribute');
  }
  const name = attribute.map((part) => evaluation.text(part, place)).join('.');
  return evaluation.attribute(logicalId, name, place);
}

function join(argument: Json, evaluation: Evaluation, place: TemplatePlace): string {
  const [separator, values] = items(argument);
  if (typeof separator !== 'string' || values === undefined) {
    throw templateError(place, 'Fn::Join expects a separator and a list');
  }
  const list = evaluation.list(values, within(place, 1));
  return list.map((value, index) => evaluation.text(value, within(place, 1, index))).join(separator);
}

function select(argument: Json, evaluation: Evaluation, place: TemplatePlace): Json {
  const [position, values] = items(argument);
  if (position === undefined || values === undefined) {
    throw templateError(place, 'Fn::Select expects an index and a list');
  }
  const index = Number(evaluation.text(position, within(place, 0)));
  const list = evaluation.list(values, within(place, 1));
  const selected = list[index];
  if (selected === undefined) {
    throw templateError(place, `Fn::Select asks for entry ${index} of a list of ${list.length}`);
  }
  return selected;
}

function split(argument: Json, evaluation: Evaluation, place: TemplatePlace): Json {
  const [separator, text] = items(argument);
  if (typeof separator !== 'string' || text === undefined) {
    throw templateError(place, 'Fn::Split expects a separator and a text');
  }
  return evaluation.text(text, within(place, 1)).split(separator);
}

function importValue(argument: Json, evaluation: Evaluation, place: TemplatePlace): Json {
  return evaluation.importedValue(evaluation.text(argument, place), place);
}

function findInMap(argument: Json, evaluation: Evaluation, place: TemplatePlace): Json {
  const [map, key, name] = items(argument).map((part, index) => evaluation.text(part, within(place, index)));
  if (map === undefined || key === undefined || name === undefined) {
    throw templateError(place, 'Fn::FindInMap expects a map and two keys');
  }
  return evaluation.mapping(map, key, name, place);
}

function base64(argument: Json, evaluation: Evaluation, place: TemplatePlace): string {
  return Buffer.from(evaluation.text(argument, place)).toString('base64');
}

function availabilityZones(argument: Json, evaluation: Evaluation, place: TemplatePlace): Json {
  const region = evaluation.text(argument, place) || evaluation.region;
  return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
}

function items(argument: Json): readonly Json[] {
  return Array.isArray(argument) ? argument : [];
}
