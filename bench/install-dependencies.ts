import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Installs what is measured beside OpenClaw, which the project itself does not need, exactly as locked.
 *
 * @throws Error where npm fails; what it said stands above
 */
export async function installDependencies(): Promise<void> {
  console.error('installing the benchmark’s own dependencies, once: npm ci in bench/');
  const npm = spawn('npm', ['ci'], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 2, 2],
  });
  const [code] = await once(npm, 'exit');
  if (code !== 0) throw new Error(`npm ci in bench/ ended with ${code}`);
}
