import type { Configuration } from '../../config/schema.ts';
import { type ModelProvider, UpstreamError } from '../../plugin/index.ts';
import { type ChosenKey, KeyRing } from './key-ring.ts';
import type { RouteTarget } from './route-target.ts';

export interface ProviderAccessOptions {
  readonly configuration: Pick<Configuration, 'providers'>;
  /** Makes or finds a provider by its name in the configuration. */
  readonly providers: (name: string) => Promise<ModelProvider>;
  /** The values of a provider's keys, in order; those that are not stored are left out. */
  readonly keys: (providerName: string) => Promise<readonly string[]>;
  /** The same, not from memory: for when those in memory do not work. */
  readonly freshKeys: (providerName: string) => Promise<readonly string[]>;
  readonly now: () => number;
}

/** What one call needs to reach a provider. */
export interface Access {
  readonly provider: ModelProvider;
  /** Absent for a provider without keys. */
  readonly key: ChosenKey | undefined;
}

/** Providers and their keys, with those that were refused put behind the others. */
export class ProviderAccess {
  private readonly ring: KeyRing;
  private readonly options: ProviderAccessOptions;

  constructor(options: ProviderAccessOptions) {
    this.options = options;
    this.ring = new KeyRing(options.now);
  }

  /**
   * Where no key is left to try, the keys are read anew: one may have been replaced since.
   *
   * @param refused keys that were refused to this request.
   * @returns undefined where no key is left to try.
   * @throws UpstreamError `authentication` where the provider needs a key and none is stored.
   */
  async open(name: string, refused: ReadonlySet<string>): Promise<Access | undefined> {
    const provider = await this.options.providers(name);
    const wanted = this.wantedKeys(name);
    if (wanted === undefined) return { provider, key: undefined };
    const remembered = await this.options.keys(name);
    const known = this.ring.choose(remembered, refused);
    if (known) return { provider, key: known };
    const keys = await this.options.freshKeys(name);
    if (keys.length === 0) {
      const where =
        wanted[0] === undefined ? `name one in \`apiKeys\` of ${name}` : `store one under ${wanted[0]}`;
      throw new UpstreamError('authentication', `${name}: no key: ${where}`);
    }
    const key = this.ring.choose(keys, refused);
    return key && { provider, key };
  }

  /** Puts the targets whose provider has no key left that works behind the others. */
  async liveFirst(targets: readonly RouteTarget[]): Promise<readonly RouteTarget[]> {
    if (targets.length === 1 || !this.ring.hasRefused()) return targets;
    const live = await Promise.all(targets.map(({ routed }) => this.hasLiveKey(routed.provider)));
    return [...targets.filter((_, index) => live[index]), ...targets.filter((_, index) => !live[index])];
  }

  refused(name: string, key: string): void {
    this.ring.refused(key);
    // A replacement is read while another key is tried. What fails here says so when there is no other.
    this.options.freshKeys(name).catch(() => undefined);
  }

  accepted(key: string): void {
    this.ring.accepted(key);
  }

  private async hasLiveKey(name: string): Promise<boolean> {
    return this.wantedKeys(name) === undefined || this.ring.hasLive(await this.options.keys(name));
  }

  /** Names of the provider's keys; undefined for one that is called without. */
  private wantedKeys(name: string): readonly string[] | undefined {
    const provider = this.options.configuration.providers[name];
    if (!provider || !('apiKeys' in provider)) return undefined;
    // An own server that speaks OpenAI's format often wants none; Anthropic and Google always do.
    return provider.kind === 'openai' && provider.apiKeys.length === 0 ? undefined : provider.apiKeys;
  }
}
