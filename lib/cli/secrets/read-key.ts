import { text } from 'node:stream/consumers';
import { CommandError } from '../command-error.ts';

/** Keys of providers are well below this; what is longer is another file. */
const MAX_LENGTH = 8_192;
/** Of a key in a header, these are all there can be. */
const PRINTABLE = /^[\x21-\x7e]+$/;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACE = '\u007f';

/**
 * Reads a key from the standard input: what is piped into it, or what a person types, which is not shown.
 *
 * @throws CommandError where it is no key; the message does not quote it
 */
export async function readKey(name: string, input: NodeJS.ReadStream = process.stdin): Promise<string> {
  const key = (input.isTTY ? await readHidden(name, input) : await text(input)).trim();
  if (key === '')
    throw new CommandError(`no key came in: pipe it in, as in \`openclaw secrets set ${name} < file\``);
  if (key.length > MAX_LENGTH || !PRINTABLE.test(key))
    throw new CommandError('what came in is no key: a key is one line without spaces');
  return key;
}

async function readHidden(name: string, input: NodeJS.ReadStream): Promise<string> {
  process.stderr.write(`Key for ${name} (it is not shown): `);
  input.setRawMode(true).setEncoding('utf8');
  try {
    let typed = '';
    for await (const characters of input as AsyncIterable<string>) {
      for (const character of characters) {
        if (character === CTRL_C) throw new CommandError('nothing was stored');
        if (character === '\r' || character === '\n' || character === CTRL_D) return typed;
        typed = character === BACKSPACE ? typed.slice(0, -1) : typed + character;
      }
    }
    return typed;
  } finally {
    input.setRawMode(false);
    process.stderr.write('\n');
  }
}
