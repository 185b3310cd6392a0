import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { nearestWord } from '../../shared/domain/nearest-word';
import { checkInWords } from '../../shared/problems-in-words';
import { checkBody } from '../../shared/webhooks/check-body';
import { errorOf } from '../fakes/error-of';

const SHARED = join(__dirname, '../../shared');

function problemsOf(schema: z.ZodType, value: unknown): readonly string[] {
  const result = checkInWords(schema, value);
  return result.success ? [] : result.problems.map(({ path, problem }) => `${path.join('.')}: ${problem}`);
}

describe('a problem in words', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ['nothing for a text', z.string(), undefined, 'is missing: must be a text, such as "Finance"'],
    ['null for a text', z.string(), null, 'must be a text, such as "Finance": here is nothing'],
    ['a map for a number', z.number(), {}, 'must be a number, such as 5: here is a map'],
    ['what is no number', z.coerce.number(), 'x', 'must be a number, such as 5'],
    ['a fraction for a whole number', z.int(), 1.5, 'must be a whole number, such as 5: here is a fraction'],
    ['a text for a list', z.array(z.string()), 'a', 'must be a list, such as ["one", "two"]: here is a text'],
    ['a list for a map', z.object({}), [], 'must be a map, such as {"name": "value"}: here is a list'],
    [
      'a list for a map of any keys',
      z.record(z.string(), z.string()),
      [],
      'must be a map, such as {"name": "value"}: here is a list',
    ],
    ['a text for a yes or no', z.boolean(), 'yes', 'must be true or false: here is a text'],
    ['another constant', z.literal(1), 2, 'must be 1'],
    ['none of a list', z.enum(['observe', 'enforce']), 'x', 'must be one of observe, enforce'],
    [
      'nearly one of a list',
      z.enum(['observe', 'enforce']),
      'Observ',
      'must be one of observe, enforce: is observe meant?',
    ],
    ['nothing of a list', z.enum(['a', 'b']), undefined, 'is missing: must be one of a, b'],
    ['an empty text', z.string().min(1), '', 'must not be empty'],
    ['a short text', z.string().min(3), 'ab', 'must have at least 3 characters'],
    ['a long text', z.string().max(1), 'ab', 'must have at most 1 character'],
    ['another length', z.string().length(3), 'ab', 'must have exactly 3 characters'],
    ['an empty list', z.array(z.string()).min(1), [], 'must have at least one entry'],
    ['a list too long', z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entry'],
    ['a pair of one', z.tuple([z.string(), z.string()]), ['a'], 'must have at least 2 entries'],
    ['a small number', z.number().min(2), 1, 'must be at least 2'],
    ['nought where more is needed', z.number().positive(), 0, 'must be more than 0'],
    ['a large number', z.number().max(2), 3, 'must be at most 2'],
    ['a step between', z.number().multipleOf(5), 3, 'must be a multiple of 5'],
    ['what is no address', z.email(), 'x', 'must be an e-mail address, such as ana@example.com'],
    ['what is no day', z.iso.date(), '31.12.2026', 'must be a day, such as 2026-12-31'],
    ['another spelling', z.string().regex(/^a$/), 'b', 'is not written as it has to be'],
    [
      'none of two kinds',
      z.union([z.string(), z.boolean()]),
      5,
      'must be a text, such as "Finance": here is a number, or must be true or false: here is a number',
    ],
    [
      'one of two shapes, with a fault inside',
      z.union([z.string(), z.object({ a: z.int().min(1) })]),
      { a: 'x' },
      'a: must be a number, such as 5: here is a text',
    ],
    [
      'a shape by its kind',
      z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
      { kind: 'c' },
      'must be one of a, b',
    ],
    [
      'a key of another form',
      z.record(z.string().max(1), z.int()),
      { ab: 1 },
      'must have at most 1 character',
    ],
    ['what the schema says itself', z.string({ error: 'is odd' }), 1, 'is odd'],
    ['a demand without words', z.string().refine(() => false), 'a', 'cannot be used'],
  ])('tells %s', (_fault, schema, value, words) => {
    expect(problemsOf(schema, value).map((line) => line.replace(/^\w*: /, ''))).toEqual([words]);
  });

  it('is told of each key that is not known, with the one that was meant, and not with what looks like a secret', () => {
    const schema = z.strictObject({ approvals: z.int().optional(), approvers: z.int().optional() });
    expect(
      problemsOf(schema, { aprovals: 1, zone: 2, 'ana@example.com': 3, whsec_c2VjcmV0: 4, 'Approver s': 5 }),
    ).toEqual([
      'aprovals: is no key here: is approvals meant?',
      'zone: is no key here: there are approvals, approvers',
      ': has a key that is not known: there are approvals, approvers',
      ': has a key that is not known: there are approvals, approvers',
      'Approver s: is no key here: is approvers meant?',
    ]);
  });

  it('is a sentence of each field in a refused body, without its value', async () => {
    const schema = z.object({ person: z.email(), days: z.int() });
    const { code, fields, message } = await errorOf(() =>
      checkBody(schema, { person: 'hunter2', days: 'hunter2' }),
    );
    expect(code).toBe('body-invalid');
    expect(fields).toEqual([
      { field: 'person', problem: 'Must be an e-mail address, such as ana@example.com' },
      { field: 'days', problem: 'Must be a number, such as 5: here is a text' },
    ]);
    expect(message).not.toContain('hunter2');
  });

  it('is made in one place: no other reads what the library says', () => {
    const files = readdirSync(SHARED, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(400);
    const reading = files.filter((name) =>
      /prettifyError|treeifyError|flattenError|\bissues?\b[^;]*\.message\b|ZodError|error\.message\.split/.test(
        readFileSync(join(SHARED, name), 'utf8'),
      ),
    );
    expect(reading).toEqual(['problems-in-words.ts']);
  });
});

describe('the nearest word', () => {
  it.each([
    ['mod', 'mode'],
    ['MODE', 'mode'],
    ['protected_members', 'protectedMembers'],
    ['gorups', 'groups'],
    ['approval', 'approvals'],
    ['colour', undefined],
    ['', undefined],
    ['m'.repeat(100_000), undefined],
  ])('to %s is %s', (written, meant) => {
    expect(nearestWord(written, ['mode', 'protectedMembers', 'groups', 'approvals', 'approvers'])).toBe(
      meant,
    );
  });
});
