/** A policy as the API shows it. */
export interface Policy {
  readonly id: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly effect: 'permit' | 'forbid';
  readonly policy: string;
  readonly template: string | null;
}

export const policiesPath = '/openclaw/policies';
