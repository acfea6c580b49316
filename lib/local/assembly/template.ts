import type { Json, JsonObject } from '../json.ts';

/** A CloudFormation template, as far as the local runtime reads it. */
export interface Template {
  readonly Resources?: Readonly<Record<string, ResourceDeclaration>>;
  readonly Outputs?: Readonly<Record<string, OutputDeclaration>>;
  readonly Parameters?: Readonly<Record<string, ParameterDeclaration>>;
  readonly Mappings?: JsonObject;
  readonly Conditions?: JsonObject;
}

export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly DependsOn?: string | readonly string[];
  /** Name of a condition without which the resource is not created. */
  readonly Condition?: string;
  readonly Metadata?: JsonObject;
}

export interface OutputDeclaration {
  readonly Value: Json;
  readonly Export?: { readonly Name: Json };
  readonly Condition?: string;
}

export interface ParameterDeclaration {
  /** `String`, `Number`, …, or `AWS::SSM::Parameter::Value<…>`, whose default names a parameter of SSM. */
  readonly Type: string;
  readonly Default?: Json;
}
