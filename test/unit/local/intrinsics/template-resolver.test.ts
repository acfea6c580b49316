import { describe, expect, it } from 'vitest';
import type { Template } from '../../../../lib/local/assembly/template.ts';
import { NO_VALUE } from '../../../../lib/local/intrinsics/no-value.ts';
import { TemplateResolver } from '../../../../lib/local/intrinsics/template-resolver.ts';
import type { Json } from '../../../../lib/local/json.ts';

const template: Template = {
  Parameters: {
    Size: { Type: 'Number', Default: 3 },
    Names: { Type: 'CommaDelimitedList', Default: 'a,b' },
    Bootstrap: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/bootstrap/version' },
    Unknown: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/nowhere' },
    Asked: { Type: 'String' },
  },
  Mappings: { Sizes: { 'eu-west-1': { small: 1, list: ['x', 'y'] } } },
  Conditions: {
    InEurope: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
    NumbersAsText: { 'Fn::Equals': [{ Ref: 'Size' }, '3'] },
    Elsewhere: { 'Fn::Not': [{ Condition: 'InEurope' }] },
    Both: { 'Fn::And': [{ Condition: 'InEurope' }, { Condition: 'NumbersAsText' }] },
    Either: { 'Fn::Or': [{ Condition: 'Elsewhere' }, { Condition: 'Both' }] },
    Neither: { 'Fn::Or': [{ Condition: 'Elsewhere' }, { 'Fn::Equals': ['a', 'b'] }] },
    Circle: { 'Fn::Not': [{ Condition: 'Circle' }] },
  },
  Resources: { Table: { Type: 'AWS::DynamoDB::Table' }, Missing: { Type: 'AWS::SQS::Queue' } },
};

const resolver = new TemplateResolver(template, {
  stackName: 'Shop',
  region: 'eu-west-1',
  accountId: '000000000000',
  resource: (logicalId) =>
    logicalId === 'Table'
      ? {
          type: 'AWS::DynamoDB::Table',
          ref: 'table-1',
          attributes: { Arn: 'arn:table-1', 'Nested.Name': 'n' },
        }
      : undefined,
  exportedValue: (name) => (name === 'Other:Key' ? 'key-1' : undefined),
  ssmParameter: (name) => (name === '/bootstrap/version' ? '30' : undefined),
});
const place = { stack: 'Shop', path: ['Resources', 'Function', 'Properties'] };

describe('a template resolves', () => {
  it.each<[string, Json, Json | typeof NO_VALUE]>([
    ['plain values', { a: [1, true, null, 'text'] }, { a: [1, true, null, 'text'] }],
    ['a resource', { Ref: 'Table' }, 'table-1'],
    ['a parameter', { Ref: 'Size' }, 3],
    ['a list parameter', { Ref: 'Names' }, ['a', 'b']],
    ['a parameter kept in SSM', { Ref: 'Bootstrap' }, '30'],
    ['the region', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['the account', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['the partition', { Ref: 'AWS::Partition' }, 'aws'],
    ['the URL suffix', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['the stack name', { Ref: 'AWS::StackName' }, 'Shop'],
    [
      'the stack id',
      { Ref: 'AWS::StackId' },
      'arn:aws:cloudformation:eu-west-1:000000000000:stack/Shop/local',
    ],
    ['no value at all', { Ref: 'AWS::NoValue' }, NO_VALUE],
    ['a property without a value', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    ['a list entry without a value', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
    ['an attribute', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:table-1'],
    ['an attribute by its short form', { 'Fn::GetAtt': 'Table.Nested.Name' }, 'n'],
    ['a join', { 'Fn::Join': ['/', ['a', { Ref: 'Size' }, { Ref: 'Table' }]] }, 'a/3/table-1'],
    ['a join of a list', { 'Fn::Join': ['+', { Ref: 'Names' }] }, 'a+b'],
    [
      'a substitution',
      { 'Fn::Sub': `\${Table} \${Table.Arn} \${AWS::Region} \${!Kept}` },
      `table-1 arn:table-1 eu-west-1 \${Kept}`,
    ],
    [
      'a substitution with variables',
      { 'Fn::Sub': [`\${A}-\${Size}`, { A: { Ref: 'Table' } }] },
      'table-1-3',
    ],
    ['a selection', { 'Fn::Select': ['1', { 'Fn::Split': [',', 'a,b,c'] }] }, 'b'],
    ['an import', { 'Fn::ImportValue': { 'Fn::Join': [':', ['Other', 'Key']] } }, 'key-1'],
    ['a mapping', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, 1],
    ['base64', { 'Fn::Base64': 'text' }, 'dGV4dA=='],
    ['availability zones', { 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    ['a value under a condition', { 'Fn::If': ['InEurope', 'near', { Ref: 'Nobody' }] }, 'near'],
    ['a value without a condition', { 'Fn::If': ['Elsewhere', { Ref: 'Nobody' }, 'near'] }, 'near'],
    ['numbers that equal their text', { 'Fn::If': ['NumbersAsText', 1, 0] }, 1],
    ['conditions that all hold', { 'Fn::If': ['Both', 1, 0] }, 1],
    ['conditions of which one holds', { 'Fn::If': ['Either', 1, 0] }, 1],
    ['conditions of which none holds', { 'Fn::If': ['Neither', 1, 0] }, 0],
    ['a reference in text', 'v={{resolve:ssm:/bootstrap/version}}', 'v=30'],
    ['a reference in text with a version', '{{resolve:ssm:/bootstrap/version:2}}', '30'],
    ['a property that is called Condition', { Condition: 'x' }, { Condition: 'x' }],
    ['a policy condition', { Condition: { Bool: { a: 'b' } } }, { Condition: { Bool: { a: 'b' } } }],
  ])('%s', (_what, value, expected) => {
    expect(resolver.resolve(value, place)).toEqual(expected);
  });
});

describe('a template is refused for', () => {
  it.each<[string, Json, string]>([
    [
      'a name that is not there',
      { Ref: 'Nobody' },
      'Properties.Ref: the template declares no resource Nobody',
    ],
    ['a resource that is not there yet', { Ref: 'Missing' }, 'Missing (AWS::SQS::Queue) is not there'],
    [
      'an attribute nobody knows',
      { 'Fn::GetAtt': ['Table', 'Colour'] },
      'attribute Colour of Table (AWS::DynamoDB::Table)',
    ],
    ['an attribute of nothing', { 'Fn::GetAtt': ['Nobody', 'Arn'] }, 'no resource Nobody'],
    [
      'a function nobody knows',
      { A: [{ 'Fn::Cidr': [] }] },
      'Properties.A.0: the local runtime does not know the function Fn::Cidr',
    ],
    ['an import that nobody exports', { 'Fn::ImportValue': 'Nobody' }, 'no earlier stack exports Nobody'],
    ['a parameter that nobody sets', { Ref: 'Asked' }, 'the parameter Asked has no default'],
    [
      'a parameter that is not in SSM',
      { Ref: 'Unknown' },
      'no earlier stack creates the SSM parameter /nowhere',
    ],
    ['a text reference that is not in SSM', '{{resolve:ssm:/nowhere}}', 'the SSM parameter /nowhere'],
    [
      'a text reference to elsewhere',
      '{{resolve:secretsmanager:x}}',
      'does not know {{resolve:secretsmanager:x}}',
    ],
    ['a selection beyond the list', { 'Fn::Select': [2, ['a']] }, 'entry 2 of a list of 1'],
    ['a mapping without the entry', { 'Fn::FindInMap': ['Sizes', 'mars', 'small'] }, 'no entry mars.small'],
    ['a condition that is not there', { 'Fn::If': ['Nobody', 1, 2] }, 'no condition Nobody'],
    ['a condition on itself', { 'Fn::If': ['Circle', 1, 2] }, 'Circle depends on itself'],
    ['a list where a text belongs', { 'Fn::Join': ['', [['a']]] }, 'expected a text'],
    ['a text where a list belongs', { 'Fn::Join': ['', 'a'] }, 'expected a list'],
    ['a join without a list', { 'Fn::Join': 'a' }, 'Fn::Join expects'],
    ['a substitution of a number', { 'Fn::Sub': 3 }, 'Fn::Sub expects'],
    ['a name in a substitution', { 'Fn::Sub': `\${Nobody}` }, 'no resource Nobody'],
  ])('%s', (_what, value, message) => {
    const attempt = () => resolver.resolve(value, place);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(/^Shop: (Resources\.Function\.Properties|Conditions\.Circle)/);
  });
});
