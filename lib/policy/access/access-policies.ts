import { platformTenantId, type TenantSettings } from '../../tenancy/index.ts';
import { loadCedar } from './cedar.ts';
import { enabledPolicies } from './policies-about.ts';
import { PolicySet } from './policy-set.ts';
import type { PolicySetting } from './policy-setting.ts';
import { PolicySlots } from './policy-slots.ts';

/** Tenants whose policies a process keeps ready. */
const maxTenants = 200;
/** Groups of policies that the engine keeps parsed; another one of a few policies is parsed in a millisecond. */
const maxPlaces = 2_000;

interface Prepared {
  readonly settings: TenantSettings;
  readonly platform: TenantSettings;
  /** What the policies are, to tell a change from a mere reading anew. */
  readonly version: string;
  readonly set: PolicySet;
}

/** The policies of tenants, made ready when a tenant's settings are first seen and again when they change. */
export class AccessPolicies {
  readonly #prepared = new Map<string, Prepared>();
  #slots: PolicySlots | undefined;

  /**
   * The policies under which a tenant acts: its own and the platform's.
   *
   * @returns undefined where there are none: then the engine is not even loaded
   */
  of(settings: TenantSettings, platform: TenantSettings): PolicySet | undefined | Promise<PolicySet> {
    const { id } = settings.tenant;
    const known = this.#prepared.get(id);
    if (known?.settings === settings && known.platform === platform) return known.set;
    const platformPolicies = platform.list<PolicySetting>('policy');
    const policies = id === platformTenantId ? [] : settings.list<PolicySetting>('policy');
    if (policies.length === 0 && platformPolicies.length === 0) return undefined;
    const enabled = enabledPolicies(policies, platformPolicies);
    if (enabled.size === 0) return undefined;
    const version = JSON.stringify([...enabled]);
    if (known?.version === version) {
      this.#remember(id, { ...known, settings, platform });
      return known.set;
    }
    return this.#prepare(id, enabled, { settings, platform, version });
  }

  async #prepare(
    id: string,
    enabled: ReadonlyMap<string, PolicySetting>,
    read: Omit<Prepared, 'set'>,
  ): Promise<PolicySet> {
    const cedar = await loadCedar();
    this.#slots ??= new PolicySlots(cedar, maxPlaces);
    const known = this.#prepared.get(id);
    // Another request has prepared the same meanwhile.
    if (known?.version === read.version) return known.set;
    known?.set.release();
    const set = new PolicySet(enabled, cedar, this.#slots);
    this.#remember(id, { ...read, set });
    return set;
  }

  #remember(id: string, prepared: Prepared): void {
    this.#prepared.delete(id);
    if (this.#prepared.size >= maxTenants) {
      const [oldest, { set }] = this.#prepared.entries().next().value ?? [undefined, prepared];
      if (oldest !== undefined) {
        set.release();
        this.#prepared.delete(oldest);
      }
    }
    this.#prepared.set(id, prepared);
  }
}
