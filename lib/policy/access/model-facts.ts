import { modelRegions } from '../../config/model-regions.ts';
import type { Configuration } from '../../config/schema.ts';

/** What policies can ask of a model: of its targets together, and of each. */
export interface ModelFacts {
  /** The name by which callers ask for it. */
  readonly alias: string;
  readonly targets: readonly TargetFacts[];
}

/** One way to serve a model. */
export interface TargetFacts {
  /** A key of `providers` in the configuration. */
  readonly provider: string;
  /** The name by which the provider knows the model. */
  readonly model: string;
  /** The kind of the provider, for example `openai`. */
  readonly kind: string;
  /** Where it may process a request. Absent: nobody can tell. */
  readonly regions?: readonly string[];
  /** True where it runs in the deployment's account. */
  readonly selfHosted: boolean;
}

const selfHostedKinds: ReadonlySet<string> = new Set(['sagemaker', 'openclaw-extract']);

/**
 * The models of a deployment as policies see them, each prepared when it is first asked for.
 *
 * @param home - the deployment's region; where it is not known, that of models in the deployment is not either
 */
export function modelFacts(
  { models, providers }: Pick<Configuration, 'models' | 'providers'>,
  home: string | undefined,
): (alias: string) => ModelFacts | undefined {
  const prepared = new Map<string, ModelFacts>();
  return (alias) => {
    const known = prepared.get(alias);
    if (known) return known;
    const model = Object.hasOwn(models, alias) ? models[alias] : undefined;
    if (!model) return undefined;
    const targets = model.targets.map(({ provider: name, model: id }): TargetFacts => {
      const provider = providers[name] ?? { kind: '' };
      const regions = modelRegions(provider, id, home);
      return {
        provider: name,
        model: id,
        kind: provider.kind,
        ...(regions && { regions }),
        selfHosted: selfHostedKinds.has(provider.kind),
      };
    });
    const facts = { alias, targets };
    prepared.set(alias, facts);
    return facts;
  };
}
