export { AccessControl, type RemoteEnforcement } from './access-control.ts';
export { AccessDenied } from './access-denied.ts';
export { AccessJournal } from './access-journal.ts';
export { type GrantedAction, type RoleReport, reportAccess } from './access-report.ts';
export type { AccessTable } from './access-table.ts';
export { AccessUsage, type UsedPermission } from './access-usage.ts';
export { collectAccess } from './collect-access.ts';
export { Enforcer } from './enforcer.ts';
