import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

const FOLDER = resolve(__dirname, '../../.github');

type Step = Readonly<{ uses?: string; run?: string; with?: Readonly<Record<string, unknown>> }>;
type Job = Readonly<{
  'timeout-minutes'?: number;
  permissions?: Readonly<Record<string, string>>;
  steps: readonly Step[];
}>;
type Workflow = Readonly<{
  on: Readonly<Record<string, unknown>>;
  permissions?: unknown;
  jobs: Readonly<Record<string, Job>>;
}>;

const files = readdirSync(join(FOLDER, 'workflows'));
const workflows = files.map((file) => {
  const text = readFileSync(join(FOLDER, 'workflows', file), 'utf8');
  return [file, text, parse(text) as Workflow] as const;
});

/** What a job may write, and why it must. */
const WRITING: Readonly<Record<string, readonly string[]>> = {
  'codeql.yml analyze': ['security-events'],
  'scorecard.yml analyze': ['security-events'],
  'release.yml publish': ['attestations', 'contents', 'id-token'],
};

it('there are workflows to test, release, review and rate', () => {
  expect(files.toSorted()).toEqual([
    'ci.yml',
    'codeql.yml',
    'dependency-review.yml',
    'release.yml',
    'scorecard.yml',
  ]);
});

describe.each(workflows)('the workflow %s', (file, text, workflow) => {
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  it('takes each action by commit, with its version beside it', () => {
    const lines = text.split('\n').filter((line) => /\buses:/.test(line));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines)
      expect(line).toMatch(/^\s+(- )?uses: [\w-]+\/[\w-]+(\/[\w-]+)*@[\da-f]{40} # v\d+\.\d+\.\d+$/);
    expect(steps.filter(({ uses }) => uses !== undefined)).toHaveLength(lines.length);
  });

  it('may read only, but for the jobs that have to write', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const [name, { permissions = {} }] of jobs) {
      const written = Object.keys(permissions).filter((scope) => permissions[scope] !== 'read');
      expect([name, written.toSorted()]).toEqual([name, WRITING[`${file} ${name}`] ?? []]);
    }
  });

  it('ends by itself, keeps no credentials and runs nothing that a stranger named', () => {
    for (const [, job] of jobs) expect(job['timeout-minutes']).toBeGreaterThan(0);
    const checkouts = steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'));
    for (const checkout of checkouts) expect(checkout.with?.['persist-credentials']).toBe(false);
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
    for (const { run = '' } of steps) expect(run).not.toContain('${{');
  });
});

it('all workflows take the same commit of an action', () => {
  const taken = new Set(
    workflows.flatMap(([, text]) => text.match(/[\w-]+\/[\w-]+(?:\/[\w-]+)*@[\da-f]{40}/g) ?? []),
  );
  const actions = [...taken].map((one) => one.replace(/^([\w-]+\/[\w-]+).*@/, '$1@'));
  const repositories = new Set(actions).size;
  expect(repositories).toBe(new Set(actions.map((one) => one.split('@')[0])).size);
});

it('what is signed is built where nothing can be signed', () => {
  const release = workflows.find(([file]) => file === 'release.yml')?.[2].jobs ?? {};
  const runs = (job: Job | undefined): string => (job?.steps ?? []).map(({ run = '' }) => run).join('\n');
  expect(runs(release['build'])).toContain('npm ci');
  expect(runs(release['publish'])).not.toMatch(/\bnp[mx]\b|\bnode\b/);
  const actions = release['publish']?.steps.map(({ uses = '' }) => uses.split('@')[0]);
  expect(actions).toEqual(expect.arrayContaining(['actions/attest-build-provenance', 'actions/attest']));
});

it('everything has an owner', () => {
  const lines = readFileSync(join(FOLDER, 'CODEOWNERS'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines[0]).toMatch(/^\* /);
  for (const line of lines) expect(line).toMatch(/^\S+ +@[\w-]+\/[\w-]+$/);
});
