import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readyMessage } from '../../../lib/cli/ready-message.ts';

const options = {
  baseUrl: 'http://127.0.0.1:8787/v1',
  environmentFile: join(process.cwd(), '.openclaw/env'),
  model: 'my-model',
  startedInMs: 1_234,
};

describe('the ready message', () => {
  it('names the address, the file to source and a model that there is', () => {
    const message = readyMessage(options);
    expect(message).toContain('ready at http://127.0.0.1:8787/v1 (1.2 s)');
    expect(message).toContain('  source .openclaw/env\n');
    expect(message).toContain('"model":"my-model"');
    expect(message).toContain("model: 'my-model'");
  });

  it.each([
    ['outside the working directory', '/var/lib/openclaw/env', 'source /var/lib/openclaw/env\n'],
    ['with a space', '/home/me/my work/env', "source '/home/me/my work/env'\n"],
    ['with a quote', "/home/o'neil/env", "source '/home/o'\\''neil/env'\n"],
  ])('writes a path %s so that a shell takes it', (_what, environmentFile, expected) => {
    expect(readyMessage({ ...options, environmentFile })).toContain(expected);
  });
});
