import { describe, expect, it } from 'vitest';
import { functionCredentials } from '../../../lib/local/function-credentials.ts';

const placeholder = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const own = { AWS_ACCESS_KEY_ID: 'mine', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };

describe('a function signs with', () => {
  it.each<[string, NodeJS.ProcessEnv, object]>([
    [
      'placeholders where the shell has no credentials',
      { HOME: '/home/me', AWS_REGION: 'eu-west-1' },
      placeholder,
    ],
    ['placeholders where they are empty', { AWS_ACCESS_KEY_ID: '', AWS_PROFILE: '' }, placeholder],
    ['the credentials of the shell and no other variable', { ...own, OPENAI_API_KEY: 'x' }, own],
    [
      'a profile of the shell, whose files lie in the home folder',
      { AWS_PROFILE: 'work', HOME: '/home/me' },
      { AWS_PROFILE: 'work', HOME: '/home/me' },
    ],
  ])('%s', (_what, environment, expected) => {
    expect(functionCredentials(environment)).toEqual(expected);
  });
});
