import { partitionOf } from '../../config/partition.ts';
import type { Template } from '../assembly/template.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { resolveDynamicReferences } from './dynamic-references.ts';
import type { Evaluation } from './evaluation.ts';
import { intrinsicFunctions } from './intrinsic-functions.ts';
import { NO_VALUE, type Resolved } from './no-value.ts';
import { type TemplatePlace, templateError, within } from './template-error.ts';

/** What a reference to a resource gives. */
export interface ResourceValues {
  readonly type: string;
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` gives, by attribute. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
}

/** Everything outside the template that its values depend on. */
export interface ResolverContext {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  /** The values of a resource that exists by now. */
  readonly resource: (logicalId: string) => ResourceValues | undefined;
  /** The value that an earlier stack exports. */
  readonly exportedValue: (name: string) => Json | undefined;
  /** The value of a parameter in SSM. */
  readonly ssmParameter: (name: string) => string | undefined;
}

/** Turns the values of one template, with their intrinsic functions, into plain JSON. */
export class TemplateResolver implements Evaluation {
  readonly region: string;
  readonly #template: Template;
  readonly #context: ResolverContext;
  readonly #conditions = new Map<string, boolean | 'evaluating'>();

  constructor(template: Template, context: ResolverContext) {
    this.#template = template;
    this.#context = context;
    this.region = context.region;
  }

  /** Resolves an object whose own presence is not in question, such as a resource's properties. */
  object(value: JsonObject, place: TemplatePlace): JsonObject {
    const resolved = this.resolve(value, place);
    if (resolved === NO_VALUE || !isJsonObject(resolved)) throw templateError(place, 'expected an object');
    return resolved;
  }

  resolve(value: Json, place: TemplatePlace): Resolved {
    if (typeof value === 'string') {
      return resolveDynamicReferences(value, this.#context.ssmParameter, place);
    }
    if (Array.isArray(value)) {
      return value
        .map((entry, index) => this.resolve(entry, within(place, index)))
        .filter((entry) => entry !== NO_VALUE);
    }
    if (!isJsonObject(value)) return value;
    const [key, argument] = Object.entries(value)[0] ?? [];
    if (key !== undefined && argument !== undefined && isIntrinsic(key, value, place)) {
      const call = intrinsicFunctions.get(key);
      if (!call) throw templateError(place, `the local runtime does not know the function ${key}`);
      return call(argument, this, within(place, key));
    }
    const entries = Object.entries(value)
      .map(([name, entry]) => [name, this.resolve(entry, within(place, name))] as const)
      .filter((entry): entry is readonly [string, Json] => entry[1] !== NO_VALUE);
    return Object.fromEntries(entries);
  }

  text(value: Json, place: TemplatePlace): string {
    const resolved = this.resolve(value, place);
    if (typeof resolved === 'object' || typeof resolved === 'symbol') {
      throw templateError(place, 'expected a text');
    }
    return String(resolved);
  }

  list(value: Json, place: TemplatePlace): readonly Json[] {
    const resolved = this.resolve(value, place);
    if (!Array.isArray(resolved)) throw templateError(place, 'expected a list');
    return resolved;
  }

  reference(name: string, place: TemplatePlace): Resolved {
    const pseudo = this.#pseudoParameter(name);
    if (pseudo !== undefined) return pseudo;
    if (this.#template.Parameters?.[name]) return this.#parameter(name, place);
    return this.#resource(name, place).ref;
  }

  attribute(logicalId: string, name: string, place: TemplatePlace): Json {
    const resource = this.#resource(logicalId, place);
    const value = resource.attributes[name];
    if (value === undefined) {
      throw templateError(
        place,
        `the local runtime does not know the attribute ${name} of ${logicalId} (${resource.type})`,
      );
    }
    return value;
  }

  condition(name: string, place: TemplatePlace): boolean {
    const known = this.#conditions.get(name);
    if (known === 'evaluating') throw templateError(place, `the condition ${name} depends on itself`);
    if (known !== undefined) return known;
    const declared = this.#template.Conditions?.[name];
    if (declared === undefined) throw templateError(place, `the template has no condition ${name}`);
    this.#conditions.set(name, 'evaluating');
    const there = { stack: place.stack, path: ['Conditions', name] };
    const truth = this.resolve(declared, there);
    if (typeof truth !== 'boolean') throw templateError(there, 'this is no condition');
    this.#conditions.set(name, truth);
    return truth;
  }

  importedValue(exportName: string, place: TemplatePlace): Json {
    const value = this.#context.exportedValue(exportName);
    if (value === undefined) throw templateError(place, `no earlier stack exports ${exportName}`);
    return value;
  }

  mapping(map: string, key: string, name: string, place: TemplatePlace): Json {
    const entries = this.#template.Mappings?.[map];
    const inner = isJsonObject(entries) ? entries[key] : undefined;
    const value = isJsonObject(inner) ? inner[name] : undefined;
    if (value === undefined) throw templateError(place, `the mapping ${map} has no entry ${key}.${name}`);
    return value;
  }

  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
  #pseudoParameter(name: string): Resolved | undefined {
    const { stackName, region, accountId } = this.#context;
    switch (name) {
      case 'AWS::Region':
        return region;
      case 'AWS::AccountId':
        return accountId;
      case 'AWS::Partition':
        return partitionOf(region).name;
      case 'AWS::URLSuffix':
        return partitionOf(region).urlSuffix;
      case 'AWS::StackName':
        return stackName;
      case 'AWS::StackId':
        return `arn:${partitionOf(region).name}:cloudformation:${region}:${accountId}:stack/${stackName}/local`;
      case 'AWS::NotificationARNs':
        return [];
      case 'AWS::NoValue':
        return NO_VALUE;
      default:
        return undefined;
    }
  }

  #parameter(name: string, place: TemplatePlace): Json {
    const declaration = this.#template.Parameters?.[name];
    const value = declaration?.Default;
    if (declaration === undefined || value === undefined) {
      throw templateError(place, `the parameter ${name} has no default, and nobody is there to give a value`);
    }
    if (!declaration.Type.startsWith('AWS::SSM::Parameter::Value<')) {
      return declaration.Type === 'CommaDelimitedList' ? String(value).split(',') : value;
    }
    const stored = this.#context.ssmParameter(String(value));
    if (stored === undefined) {
      throw templateError(place, `no earlier stack creates the SSM parameter ${String(value)}`);
    }
    return stored;
  }

  #resource(logicalId: string, place: TemplatePlace): ResourceValues {
    const resource = this.#context.resource(logicalId);
    if (resource) return resource;
    const declared = this.#template.Resources?.[logicalId];
    throw templateError(
      place,
      declared === undefined
        ? `the template declares no resource ${logicalId}`
        : `the resource ${logicalId} (${declared.Type}) is not there`,
    );
  }
}

/** True for `{ "Ref": … }` and the like: an object with one key that names a function. */
function isIntrinsic(key: string, value: JsonObject, place: TemplatePlace): boolean {
  if (Object.keys(value).length !== 1) return false;
  // A function among conditions only; elsewhere it is a property's name.
  if (key === 'Condition') return place.path[0] === 'Conditions';
  return key === 'Ref' || key.startsWith('Fn::');
}
