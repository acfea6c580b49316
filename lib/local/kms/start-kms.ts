import type { Engine } from '../engines/engine.ts';
import { ServiceError } from '../engines/json-service.ts';
import { type JsonInput, type JsonOperation, serveJsonService } from '../engines/serve-json-service.ts';
import type { Authorize } from '../engines/service-call.ts';
import {
  decrypt,
  encrypt,
  generateDataKey,
  generateDataKeyWithoutPlaintext,
  generateRandom,
  reEncrypt,
} from './encryption.ts';
import { describeKey, getKeyRotationStatus, getPublicKey, listAliases } from './key-operations.ts';
import type { KeyStore } from './key-store.ts';
import { generateMac, verifyMac } from './macs.ts';
import { sign, verify } from './signatures.ts';

type KmsOperation = (keys: KeyStore, input: JsonInput) => object;

const operations: Readonly<Record<string, KmsOperation>> = {
  Decrypt: decrypt,
  DescribeKey: describeKey,
  Encrypt: encrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  GenerateMac: generateMac,
  GenerateRandom: (_keys, input) => generateRandom(input),
  GetKeyRotationStatus: getKeyRotationStatus,
  GetPublicKey: getPublicKey,
  ListAliases: listAliases,
  ReEncrypt: reEncrypt,
  Sign: sign,
  Verify: verify,
  VerifyMac: verifyMac,
};

export interface KmsOptions {
  /** @default - everybody may use every key */
  readonly authorize?: Authorize;
}

/**
 * Serves keys on loopback as AWS KMS does, apart from what makes and changes keys: that a template alone does here.
 * https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html
 */
export function startKms(keys: KeyStore, options: KmsOptions = {}): Promise<Engine> {
  const bound = Object.entries(operations).map(([name, operation]): [string, JsonOperation] => [
    name,
    (input) => execute(operation, keys, input),
  ]);
  return serveJsonService({ service: 'kms', operations: new Map(bound), ...options });
}

function execute(operation: KmsOperation, keys: KeyStore, input: JsonInput): object {
  if (input.Recipient !== undefined)
    throw new ServiceError(
      'UnsupportedOperationException',
      'There are no enclaves here: leave Recipient out.',
    );
  const output = operation(keys, input);
  // No operation changes anything, so that it may run before it is known to be for nothing.
  if (input.DryRun !== true) return output;
  throw new ServiceError(
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun option is set.',
  );
}
