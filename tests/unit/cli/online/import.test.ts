import { describe, expect, it } from '@jest/globals';
import { accessTo, problem } from '../../../fakes/running-app';
import { APP, plan, planned } from './answers-of-the-app';

const TERMS = { sources: ['workday'], attributes: ['department'], mostInPortion: 2, mostWorkers: 5 };
const FILE = [
  'email,department,salary,workerId,name',
  'ana@acme.example,Sales,90000,1,Ana',
  'broken,Sales,1,2,B',
  'ben@acme.example,,80000,3,Ben',
  'cara@acme.example,Legal,70000,,Cara',
  'ana@acme.example,Legal,1,1,Ana',
].join('\n');

const app = {
  ...APP,
  '/acme/uploads': { json: TERMS },
  'POST /acme/uploads/people': { json: { portion: 'a'.repeat(64), workers: 2, by: 'Maria Lead' } },
  'POST /acme/proposed-plans/import': { json: planned },
  [`/acme/proposed-plans/${plan.hash}`]: { json: { ...plan, kind: 'import' } },
};
const files = { 'hr.csv': FILE };
const sentTo = (asked: Awaited<ReturnType<typeof accessTo>>['asked'], path: string) =>
  asked
    .filter(({ url, method }) => method === 'POST' && url.endsWith(path))
    .map(({ body }) => JSON.parse(body ?? '') as unknown);

describe('access import', () => {
  it('sends in portions an address, a worker id and what the policy asks for, and nothing else of anybody', async () => {
    const words = ['import', 'hr.csv', '--source', 'workday', '--as-of', '2026-03-01', '--json'];
    const { exit, asked, json } = await accessTo(words, app, { files });
    expect(exit).toBe(0);
    expect(sentTo(asked, '/acme/uploads/people')).toEqual([
      {
        workers: [
          { line: 2, email: 'ana@acme.example', workerId: '1', attributes: { department: 'Sales' } },
          { line: 4, email: 'ben@acme.example', workerId: '3', attributes: {} },
        ],
      },
      { workers: [{ line: 5, email: 'cara@acme.example', attributes: { department: 'Legal' } }] },
    ]);
    expect(sentTo(asked, '/acme/proposed-plans/import')).toEqual([
      { source: 'workday', asOf: '2026-03-01', portions: `${'a'.repeat(64)},${'a'.repeat(64)}` },
    ]);
    expect(json).toMatchObject({
      hash: plan.hash,
      kind: 'import',
      badLines: [{ line: 3 }, { line: 6, problem: expect.stringContaining('line 2') }],
    });
  });

  it('tells bad lines before the plan, and what comes next', async () => {
    const { stdout } = await accessTo(['import', 'hr.csv'], app, { files });
    expect(stdout).toContain('2 lines of the HR file do not count; 3 do:');
    expect(stdout.indexOf('line 3:')).toBeLessThan(stdout.indexOf('eeeeeeeeeeee import'));
    expect(stdout).toContain('access apply eeeeeeeeeeee');
    const { stdout: markdown } = await accessTo(['import', 'hr.csv', '--markdown'], app, { files });
    expect(markdown).toContain('<details><summary>2 lines of the HR file');
  });

  it('refuses a file of more people than a plan has before anything is sent', async () => {
    const many = ['email', ...Array.from({ length: 100_000 }, (_one, at) => `p${at}@acme.example`)].join(
      '\n',
    );
    const { exit, json, asked } = await accessTo(['import', 'hr.csv', '--json'], app, {
      files: { 'hr.csv': many },
    });
    expect([exit, asked.filter(({ method }) => method === 'POST')]).toEqual([2, []]);
    expect(json).toMatchObject({
      error: { code: 'plan-too-large', message: 'hr.csv has 100000 people, and one import takes 5' },
    });
  });

  it('plans nothing where an upload fails halfway', async () => {
    const answers = [app['POST /acme/uploads/people'], problem(503, 'storage-unavailable')];
    const failing = {
      ...app,
      get 'POST /acme/uploads/people'() {
        return answers.shift() ?? problem(503, 'storage-unavailable');
      },
    };
    const { exit, asked, json } = await accessTo(['import', 'hr.csv', '--json'], failing, { files });
    expect([exit, sentTo(asked, '/proposed-plans/import')]).toEqual([3, []]);
    expect(json).toMatchObject({ error: { code: 'storage-unavailable' } });
  });

  it.each([
    ['no file', {}, 'file-unreadable'],
    ['no column of addresses', { 'hr.csv': 'name,department\nAna,Sales' }, 'hr-file-invalid'],
    ['no line that counts', { 'hr.csv': 'email\nbroken' }, 'hr-file-invalid'],
  ])('sends nothing where there is %s', async (_what, given, code) => {
    const { exit, json, asked } = await accessTo(['import', 'hr.csv', '--json'], app, { files: given });
    expect([exit, asked.filter(({ method }) => method === 'POST')]).toEqual([2, []]);
    expect(json).toMatchObject({ error: { code } });
  });

  it('has a help with examples, what is left out and what is kept', async () => {
    const { exit, stdout } = await accessTo(['import', '--help'], {});
    expect(exit).toBe(0);
    for (const word of ['Examples:', '--as-of', 'Left out', 'for about a day', 'ACCESS_URL'])
      expect(stdout).toContain(word);
  });
});
