import { randomUUID } from 'node:crypto';
import {
  GetSecretValueCommand,
  InvalidParameterException,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

/** Marks a value that is about to become current. AWS's own AWSPENDING stays free for a rotation that it drives. */
const NEXT = 'OPENCLAW_NEXT';
const CURRENT = 'AWSCURRENT';

/** What a secret held when it was read. */
export interface SecretSnapshot {
  readonly text: string;
  readonly versionId: string;
}

/** Reads a secret past every cache and replaces it. */
export class SecretEditor {
  readonly #client: SecretsManagerClient;
  readonly #secretArn: string;

  /** The region is the ARN's. */
  constructor(secretArn: string, options: { readonly endpoint?: string } = {}) {
    this.#secretArn = secretArn;
    const region = secretArn.split(':')[3];
    this.#client = new SecretsManagerClient({ ...options, ...(region && { region }) });
  }

  async read(): Promise<SecretSnapshot> {
    const { SecretString: text, VersionId: versionId } = await this.#client.send(
      new GetSecretValueCommand({ SecretId: this.#secretArn }),
    );
    if (text === undefined || versionId === undefined)
      throw new Error(`the secret ${this.#secretArn} holds no text`);
    return { text, versionId };
  }

  /**
   * Makes a text current in place of the one that was read. Secrets Manager has no conditional write, but a label moves
   * only from the version that has it: so of two people who edit at once, one is told.
   *
   * @returns false where the secret has changed since it was read; then it stays as it is
   */
  async replace({ versionId: read }: SecretSnapshot, text: string): Promise<boolean> {
    const SecretId = this.#secretArn;
    const next = randomUUID();
    await this.#client.send(
      new PutSecretValueCommand({
        SecretId,
        SecretString: text,
        ClientRequestToken: next,
        VersionStages: [NEXT],
      }),
    );
    const moved = await this.#move({
      VersionStage: CURRENT,
      RemoveFromVersionId: read,
      MoveToVersionId: next,
    });
    // Without a label, a value that did not become current is thrown away in time.
    await this.#move({ VersionStage: NEXT, RemoveFromVersionId: next });
    return moved;
  }

  /** @returns false where the label is not at the version that it is to be taken from */
  async #move(move: { VersionStage: string; RemoveFromVersionId: string; MoveToVersionId?: string }) {
    try {
      await this.#client.send(new UpdateSecretVersionStageCommand({ SecretId: this.#secretArn, ...move }));
      return true;
    } catch (error) {
      if (error instanceof InvalidParameterException) return false;
      throw error;
    }
  }
}
