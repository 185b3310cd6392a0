import { describe, expect, it } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedSchemas } from '../../../shared/webhooks/contract/published-schemas';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { postedJson } from '../../fixtures/webhooks/posted';

const refresh = 'Run: node scripts/write-schemas.mjs';
const feeds = ['hr', 'ticket'] as const;

async function readPublished(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(join(__dirname, '../../../docs/schemas', file), 'utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

const cases = publishedSchemas.map(
  ({ file, schema }, index) => [file, schema, feeds[index] ?? 'hr'] as const,
);

describe.each(cases)('the published schema %s', (file, schema, feed) => {
  const validate = new Ajv2020({ validateFormats: false }).compile(schema);

  it('is the one that deliveries are checked with', async () => {
    const current: unknown = JSON.parse(JSON.stringify(schema));
    expect({ refresh, schema: await readPublished(file) }).toEqual({ refresh, schema: current });
  });

  it.each(schema.examples.map((example, index) => [index, example]))(
    'has an example %i that both it and the application take',
    (_index, example) => {
      expect(validate(example) ? [] : validate.errors).toEqual([]);
      expect(
        webhookFormatOf(feed, 'standard')?.parse(postedJson(JSON.stringify(example)), PLAIN_MAPPING),
      ).toHaveLength(1);
    },
  );

  it.each([
    ['another version', { schemaVersion: 2 }],
    ['a number for an id', { id: 7 }],
    ['a time without an offset', { occurredAt: '2026-11-20T10:00:00' }],
    ['another type', { type: 'other' }],
  ])('refuses %s, as the application does', (_case, change) => {
    expect(validate({ ...(schema.examples[0] as object), ...change })).toBe(false);
  });

  it('takes members it does not name', () => {
    expect(validate({ ...(schema.examples[0] as object), extra: { deep: [1] } })).toBe(true);
  });
});
