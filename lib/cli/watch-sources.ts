import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { repositoryRoot } from './repository-root.ts';

const folders = ['bin', 'functions', 'lib'] as const;
/** Editors write a file in several steps. */
const SETTLE_MS = 150;

/**
 * Tells of changes of the sources and of the configuration, one change at a time: what changes during a call leads to one
 * more call after it.
 *
 * @param configurationFile - absolute path
 * @param onError - told where a folder cannot be watched any more
 * @returns ends the watch
 */
export function watchSources(
  configurationFile: string,
  onChange: () => Promise<void>,
  onError: (error: Error) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(onChange);
    }, SETTLE_MS);
  };
  const watchers: FSWatcher[] = folders.map((folder) =>
    watch(join(repositoryRoot, folder), { recursive: true }, changed),
  );
  // The folder rather than the file: an editor that replaces the file would take the watched one away.
  watchers.push(
    watch(dirname(configurationFile), (_event, name) => {
      if (name === null || name === basename(configurationFile)) changed();
    }),
  );
  for (const watcher of watchers) watcher.on('error', onError);
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
