import { readFileSync } from 'node:fs';

let text: string | undefined;

/** The schema against which policies are checked, in Cedar's own format. */
export function readSchema(): string {
  text ??= readFileSync(new URL('openclaw.cedarschema', import.meta.url), 'utf8');
  return text;
}
