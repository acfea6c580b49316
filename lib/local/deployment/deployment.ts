import type { Json } from '../json.ts';
import type { Services } from '../resources/resource-handler.ts';
import type { SessionCredentials } from '../sts/session-registry.ts';

/** What the stacks of one deployment share. */
export interface Deployment {
  /** Region of the stacks that name none. */
  readonly region: string;
  readonly accountId: string;
  readonly services: Services;
  /** The variables of the person's shell. */
  readonly environment: NodeJS.ProcessEnv;
  /** Variables that every function gets besides the template's. */
  readonly functionEnvironment: Readonly<Record<string, string>>;
  /** Credentials of a function's role. */
  readonly functionCredentials: (functionName: string, roleArn: string) => Promise<SessionCredentials>;
  /** Values that stacks export, by name; filled as stacks are deployed. */
  readonly exports: Map<string, Json>;
  readonly warn: (message: string) => void;
}
