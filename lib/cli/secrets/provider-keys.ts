import { loadConfiguration } from '../../config/load-configuration.ts';
import { providerKeyNames } from '../../config/provider-key-names.ts';
import { type ProviderKeysSecret, parseProviderKeys } from '../../config/provider-keys-secret.ts';
import { SecretEditor } from '../../storage/secret-editor.ts';
import { CommandError } from '../command-error.ts';
import { findOutput, readOutputs } from '../outputs.ts';

/** Which deployment's keys. */
export interface ProviderKeysOptions {
  /** File that `cdk deploy --outputs-file` wrote. */
  readonly outputs: string;
  /** File of the configuration, which names the keys. */
  readonly config: string;
}

/** The provider keys of a deployment, with the operator's own AWS credentials. */
export class ProviderKeys {
  /** The names in the configuration, sorted. */
  readonly names: readonly string[];
  readonly #editor: SecretEditor;

  private constructor(names: readonly string[], editor: SecretEditor) {
    this.names = names;
    this.#editor = editor;
  }

  /** @throws CommandError or ConfigurationError that tells what to change */
  static async open({ outputs: file, config }: ProviderKeysOptions): Promise<ProviderKeys> {
    const names = providerKeyNames(await loadConfiguration(config));
    const secretArn = findOutput(await readOutputs(file), 'ProviderKeysSecretArn', file);
    return new ProviderKeys(names, new SecretEditor(secretArn));
  }

  async read(): Promise<ProviderKeysSecret> {
    return parse((await this.#editor.read()).text);
  }

  /** @throws CommandError where the secret cannot be changed */
  async edit(change: (secret: ProviderKeysSecret) => ProviderKeysSecret): Promise<void> {
    const snapshot = await this.#editor.read();
    const text = JSON.stringify(change(parse(snapshot.text)));
    if (!(await this.#editor.replace(snapshot, text))) {
      throw new CommandError(
        'somebody else has changed the provider keys at the same time; nothing was stored. Run it again',
      );
    }
  }
}

function parse(text: string): ProviderKeysSecret {
  try {
    return parseProviderKeys(text);
  } catch (error) {
    throw new CommandError(`${String(error)}; store {} with the AWS CLI to begin anew`);
  }
}
