import { type TemplatePlace, templateError } from './template-error.ts';

const reference = /\{\{resolve:([^:}]+):([^}]*)\}\}/g;

/**
 * Fills in `{{resolve:ssm:name}}` and `{{resolve:ssm:name:version}}`; there is but one version here.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
export function resolveDynamicReferences(
  text: string,
  ssmParameter: (name: string) => string | undefined,
  place: TemplatePlace,
): string {
  return text.replaceAll(reference, (whole, service: string, rest: string) => {
    if (service !== 'ssm') throw templateError(place, `the local runtime does not know ${whole}`);
    const name = rest.replace(/:\d+$/, '');
    const value = ssmParameter(name);
    if (value === undefined) throw templateError(place, `no earlier stack creates the SSM parameter ${name}`);
    return value;
  });
}
