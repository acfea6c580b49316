import { isJsonObject, type Json } from '../json.ts';
import { substitutedReferences } from './substitute.ts';

/** The logical ids and parameters that a value refers to by `Ref`, `Fn::GetAtt` or `Fn::Sub`, wherever they stand in it. */
export function findReferences(value: Json): Set<string> {
  const found = new Set<string>();
  collect(value, found);
  return found;
}

function collect(value: Json, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const entry of value) collect(entry, found);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [key, argument] of Object.entries(value)) {
    if (key === 'Ref' && typeof argument === 'string') found.add(argument);
    if (key === 'Fn::GetAtt') {
      const target = typeof argument === 'string' ? argument.split('.')[0] : firstOf(argument);
      if (typeof target === 'string') found.add(target);
    }
    if (key === 'Fn::Sub') collect(substitutedReferences(argument), found);
    collect(argument, found);
  }
}

function firstOf(value: Json): Json | undefined {
  return Array.isArray(value) ? value[0] : undefined;
}
