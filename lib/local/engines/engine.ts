import type { AccessTable, UsedPermission } from '../access/index.ts';
import type { Session } from '../sts/session-registry.ts';

/** A service that is served on loopback. */
export interface Engine {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Where the engines keep their data, and for whom. */
export interface EngineSettings {
  readonly dynamodb: string;
  readonly sqsAndS3: string;
  readonly region: string;
  readonly accountId: string;
}

/** What the engines' thread says. */
export type EngineMessage =
  | { readonly type: 'started'; readonly dynamodb: string; readonly sqsAndS3: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'used'; readonly permission: UsedPermission }
  | { readonly type: 'denied'; readonly message: string; readonly missing: object | undefined };

/** What the engines' thread is told. It answers `done` with the id of what it was told to do. */
export type EngineCommand =
  | { readonly type: 'stop' }
  | { readonly type: 'setAccess'; readonly id: number; readonly table: AccessTable }
  | { readonly type: 'addSession'; readonly id: number; readonly session: Session };
