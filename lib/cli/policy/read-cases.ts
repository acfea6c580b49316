import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { AccessCase } from '../../policy/access/decide-case.ts';
import type { ModelFacts } from '../../policy/access/index.ts';
import { CommandError } from '../command-error.ts';

const text = z.string().min(1).max(256);

const target = z.strictObject({
  /** The kind of its provider. */
  kind: z.enum(['openai', 'anthropic', 'google', 'bedrock', 'sagemaker', 'openclaw-extract']),
  /** Where it may process a request; left out where nobody can tell. */
  regions: z.array(text).min(1).optional(),
});

const decisionCase = z.strictObject({
  name: text.optional(),
  action: z.enum(['invokeModel', 'tune', 'readDocuments']).default('invokeModel'),
  model: text.optional(),
  vector_store: text.optional(),
  who: z
    .strictObject({
      key: text.optional(),
      user: text.optional(),
      project: text.optional(),
      role: z.enum(['platform-admin', 'tenant-admin', 'member', 'auditor']).optional(),
    })
    .default({}),
  context: z
    .strictObject({
      data_class: text.optional(),
      source_ip: z.union([z.ipv4(), z.ipv6()]).optional(),
      end_user: text.optional(),
      time: z.iso.datetime({ offset: true }).optional(),
      operation: z.enum(['chat', 'embeddings']).optional(),
      stream: z.boolean().optional(),
      max_tokens: z.int().min(0).optional(),
    })
    .optional(),
  expect: z.enum(['allow', 'deny']),
  /** The policies that decide, all of them. @default - whichever */
  by: z.array(text).optional(),
  code: z.enum(['policy_denied', 'residency_denied']).optional(),
});

const table = z.strictObject({
  /** The tenant's residency. */
  residency: z.array(text).min(1).optional(),
  /** @default - those of the configuration */
  models: z.record(text, z.array(target).min(1)).optional(),
  cases: z.array(decisionCase).min(1),
});

/** One row of a table of decisions. */
export interface DecisionRow {
  /** What it is about, for people. */
  readonly name: string;
  readonly wanted: AccessCase;
  readonly expect: 'allow' | 'deny';
  readonly by?: readonly string[];
  readonly code?: string;
}

export interface DecisionTable {
  readonly residency?: readonly string[];
  readonly models?: ReadonlyMap<string, ModelFacts>;
  readonly rows: readonly DecisionRow[];
}

/**
 * Reads a table of decisions, in YAML or JSON.
 *
 * @throws CommandError that tells what is wrong in it
 */
export async function readCases(file: string): Promise<DecisionTable> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    throw new CommandError(`${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  const document = parseDocument(content);
  const [unreadable] = document.errors;
  if (unreadable) throw new CommandError(`${file}: ${unreadable.message}`);
  const parsed = table.safeParse(document.toJS());
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new CommandError([`${file} is not a table of decisions:`, ...problems].join('\n'));
  }
  const { residency, models, cases } = parsed.data;
  return {
    ...(residency && { residency }),
    ...(models && {
      models: new Map(Object.entries(models).map(([name, targets]) => [name, facts(name, targets)])),
    }),
    rows: cases.map((one, index) => rowOf(one, index, file)),
  };
}

function facts(alias: string, targets: readonly z.output<typeof target>[]): ModelFacts {
  return {
    alias,
    targets: targets.map(({ kind, regions }, index) => ({
      provider: `${kind}-${index + 1}`,
      model: alias,
      kind,
      ...(regions && { regions }),
      selfHosted: kind === 'sagemaker' || kind === 'openclaw-extract',
    })),
  };
}

function rowOf(
  { name, expect, by, code, ...wanted }: z.output<typeof decisionCase>,
  index: number,
  file: string,
): DecisionRow {
  const about = wanted.action === 'readDocuments' ? wanted.vector_store : wanted.model;
  if (about === undefined) {
    const missing = wanted.action === 'readDocuments' ? 'vector_store' : 'model';
    throw new CommandError(`${file}: cases.${index}: ${wanted.action} needs ${missing}`);
  }
  const who = Object.entries(wanted.who).map(([key, value]) => `${key} ${value}`);
  return {
    name: name ?? `${who.length === 0 ? 'anybody' : who.join(', ')}: ${wanted.action} ${about}`,
    // What is left out is undefined after parsing, which the API would not take.
    wanted: JSON.parse(JSON.stringify(wanted)) as AccessCase,
    expect,
    ...(by && { by }),
    ...(code && { code }),
  };
}
