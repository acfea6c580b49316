import type { Json } from '../json.ts';
import type { Resolved } from './no-value.ts';
import type { TemplatePlace } from './template-error.ts';

/** What an intrinsic function may ask of the template around it. Each throws a RuntimeError where it has no answer. */
export interface Evaluation {
  resolve(value: Json, place: TemplatePlace): Resolved;
  /** Resolves to text; numbers and booleans are written out. */
  text(value: Json, place: TemplatePlace): string;
  /** Resolves to a list. */
  list(value: Json, place: TemplatePlace): readonly Json[];
  reference(name: string, place: TemplatePlace): Resolved;
  attribute(logicalId: string, name: string, place: TemplatePlace): Json;
  condition(name: string, place: TemplatePlace): boolean;
  importedValue(exportName: string, place: TemplatePlace): Json;
  mapping(map: string, key: string, name: string, place: TemplatePlace): Json;
  readonly region: string;
}

/** One intrinsic function: from its argument, as written in the template, to its value. */
export type IntrinsicFunction = (argument: Json, evaluation: Evaluation, place: TemplatePlace) => Resolved;
