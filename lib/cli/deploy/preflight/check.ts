import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { DeploymentPlan } from '../deployment-plan.ts';

/** What a check found out. */
export interface Finding {
  /** `failure`: the deployment would fail or not work; `warning`: it may, or this could not be found out. */
  readonly status: 'ok' | 'warning' | 'failure';
  /** What is the case, in one line. */
  readonly message: string;
  /** What to do about it: a command, or where to go. */
  readonly nextStep?: string;
}

/** What a check may look at. */
export interface CheckContext {
  readonly plan: DeploymentPlan;
  readonly region: string;
  /** Ends the check's calls when its time is up. */
  readonly signal: AbortSignal;
}

/** One question about the account, asked before a deployment. It changes nothing. */
export interface Check {
  /** What is checked, in a few words. */
  readonly title: string;
  /** The IAM actions that the check calls: what to grant where it is denied. */
  readonly needs: readonly string[];
  /** What was found; empty where the deployment has nothing that the check is about. */
  run(context: CheckContext): Promise<readonly Finding[]>;
}

/** Where a deployment goes, and as whom. */
export interface Target {
  readonly region: string;
  readonly identity: CallerIdentity;
}

export function ok(message: string): Finding {
  return { status: 'ok', message };
}

export function warning(message: string, nextStep: string): Finding {
  return { status: 'warning', message, nextStep };
}

export function failure(message: string, nextStep: string): Finding {
  return { status: 'failure', message, nextStep };
}
