// Node's own start, up to the first statement of a module.
import { writeSync } from 'node:fs';

writeSync(1, '{}');
