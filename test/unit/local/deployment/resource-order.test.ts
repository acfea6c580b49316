import { describe, expect, it } from 'vitest';
import { findDependencies } from '../../../../lib/local/deployment/resource-order.ts';
import type { Json, JsonObject } from '../../../../lib/local/json.ts';

const resource = (properties: JsonObject = {}, dependsOn?: readonly string[]) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...(dependsOn && { DependsOn: dependsOn }),
});

describe('a resource comes after', () => {
  it.each<[string, Json]>([
    ['one that it refers to', { Ref: 'First' }],
    ['one whose attribute it takes', { 'Fn::GetAtt': ['First', 'Arn'] }],
    ['one whose attribute it takes by the short form', { 'Fn::GetAtt': 'First.Arn' }],
    ['one in a substitution', { 'Fn::Sub': `x-\${First.Arn}` }],
    ['one in a variable of a substitution', { 'Fn::Sub': [`\${A}`, { A: { Ref: 'First' } }] }],
    ['one deep inside', { a: [{ b: { 'Fn::Join': ['', ['x', { Ref: 'First' }]] } }] }],
  ])('%s', (_what, value) => {
    const dependencies = findDependencies('Shop', { Second: resource({ value }), First: resource() });
    expect(dependencies.get('Second')).toEqual(['First']);
    expect(dependencies.get('First')).toEqual([]);
  });

  it('one that it says it depends on', () => {
    const dependencies = findDependencies('Shop', { Second: resource({}, ['First']), First: resource() });
    expect(dependencies.get('Second')).toEqual(['First']);
  });

  it('none for a literal or a parameter', () => {
    const value = [{ 'Fn::Sub': `\${!First}` }, { Ref: 'AWS::Region' }, { Ref: 'Parameter' }, 'First'];
    const dependencies = findDependencies('Shop', { Second: resource({ value }), First: resource() });
    expect(dependencies.get('Second')).toEqual([]);
  });
});

describe('a template is refused', () => {
  it('for a circle, naming it', () => {
    const circle = {
      Start: resource({ value: { Ref: 'A' } }),
      A: resource({ value: { Ref: 'B' } }),
      B: resource({}, ['C']),
      C: resource({ value: { 'Fn::GetAtt': ['A', 'Arn'] } }),
    };
    expect(() => findDependencies('Shop', circle)).toThrow(
      'Shop: these resources depend on each other: A → B → C → A',
    );
  });

  it('for a dependency on nothing', () => {
    expect(() => findDependencies('Shop', { A: resource({}, ['Nobody']) })).toThrow(
      'Shop: Resources.A.DependsOn: the template declares no resource Nobody',
    );
  });
});
