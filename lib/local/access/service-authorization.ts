import { ServiceError } from '../engines/json-service.ts';
import type { Authorize, ServiceCall } from '../engines/service-call.ts';
import type { KeyStore } from '../kms/key-store.ts';
import { requiredAccess } from '../kms/required-access.ts';
import type { SecretsManager } from '../secrets-manager/secrets-manager.ts';
import { AccessDenied } from './access-denied.ts';
import { secretsManagerChecks } from './calls/secrets-manager-calls.ts';
import { stsChecks } from './calls/sts-calls.ts';
import type { Check } from './check.ts';
import { encryptionContextKeys } from './encryption-context.ts';
import type { Enforcer } from './enforcer.ts';
import type { OnDenied } from './guards/new-guard.ts';

type ToChecks = (call: ServiceCall, enforcer: Enforcer) => readonly Check[];

/** Guards KMS: the caller's policies and the key's together. */
export function authorizeKms(keys: KeyStore, enforcer: () => Enforcer, onDenied: OnDenied): Authorize {
  return authorizeBy(enforcer, onDenied, ({ operation, input }) =>
    requiredAccess(keys, operation, input).map(({ action, keyArn, encryptionContext }) => ({
      action,
      resource: keyArn,
      context: [...aliasesOf(keys, keyArn), ...encryptionContextKeys(encryptionContext)],
    })),
  );
}

function aliasesOf(keys: KeyStore, keyArn: string): [key: string, values: string[]][] {
  const names = keyArn === '*' ? [] : keys.aliases(keys.find(keyArn).keyId).map(({ name }) => name);
  return names.length === 0 ? [] : [['kms:resourcealiases', names]];
}

/** Guards Secrets Manager, and the use of the secret's key. */
export function authorizeSecretsManager(
  secrets: SecretsManager,
  enforcer: () => Enforcer,
  onDenied: OnDenied,
): Authorize {
  const findArn = (id: string): string | undefined => {
    try {
      return secrets.get(id).arn;
    } catch {
      return undefined;
    }
  };
  return authorizeBy(enforcer, onDenied, (call, rules) => {
    const checks = secretsManagerChecks(call, findArn);
    const [{ resource } = { resource: '*' }] = checks;
    const access =
      call.operation === 'GetSecretValue'
        ? 'read'
        : /^(Put|Update)/.test(call.operation)
          ? 'write'
          : undefined;
    if (access === undefined) return checks;
    return [...checks, ...rules.encryptionOf(resource, 'secretsmanager', access, { SecretARN: resource })];
  });
}

/** Guards STS: the caller must be allowed to assume the role, and the role must trust the caller. */
export function authorizeSts(enforcer: () => Enforcer, onDenied: OnDenied): Authorize {
  return authorizeBy(enforcer, onDenied, stsChecks, 'AccessDenied');
}

/** @param denialCode - what the service calls a denial */
function authorizeBy(
  enforcer: () => Enforcer,
  onDenied: OnDenied,
  toChecks: ToChecks,
  denialCode = 'AccessDeniedException',
): Authorize {
  return (call) => {
    const rules = enforcer();
    try {
      rules.authorize(call, () => toChecks(call, rules));
    } catch (error) {
      if (!(error instanceof AccessDenied)) throw error;
      onDenied(error);
      throw new ServiceError(error.code === 'AccessDenied' ? denialCode : error.code, error.message);
    }
  };
}
