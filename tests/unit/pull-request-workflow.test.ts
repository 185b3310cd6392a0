import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { access } from '../fakes/run-access';
import { policyFile } from '../fixtures/policy-files';

const ROOT = join(__dirname, '../..');
const text = readFileSync(join(ROOT, 'docs/pull-requests.md'), 'utf8');
const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
const [source = ''] = blocks;

type Step = Readonly<{
  uses?: string;
  run?: string;
  with?: Readonly<Record<string, unknown>>;
  env?: Readonly<Record<string, string>>;
}>;
type Job = Readonly<{
  if?: string;
  environment?: string;
  'timeout-minutes'?: number;
  permissions?: Readonly<Record<string, string>>;
  steps: readonly Step[];
}>;
const workflow = parse(source) as Readonly<{
  on: Readonly<Record<string, unknown>>;
  permissions: unknown;
  jobs: Readonly<Record<'check' | 'people', Job>>;
}>;
const jobs = Object.values(workflow.jobs);
const steps = jobs.flatMap((job) => job.steps);

/** The commands of `access`, without the way to it, and where their output goes. */
const commands = steps
  .flatMap(({ run = '' }) => run.split('\n'))
  .flatMap((line) => /^node (?:app\/bin\/)?access\.js (.*?)(?: > (\S+))?$/.exec(line)?.slice(1) ?? [])
  .reduce<Array<readonly [words: string, into: string | undefined]>>(
    (all, part, index, parts) => (index % 2 === 0 ? [...all, [part, parts[index + 1]]] : all),
    [],
  );

const GROUPS = 'groups: { Developers: { mode: additive }, Operators: { mode: additive } }';
const before = policyFile(`${GROUPS}
birthright: [{ name: it, when: { department: IT }, groups: [Developers] }]`);
const after = policyFile(`${GROUPS}
birthright: [{ name: it, when: { department: IT }, groups: [Operators] }]`);
const FILES = {
  'policy.yaml': after,
  'policy.cases.yaml': `version: 1
at: 2026-03-02T09:00:00Z
people: [{ email: ana@acme.example, attributes: { department: IT } }]
cases: [{ name: IT operates, person: ana@acme.example, has: [Operators], hasNot: [Developers] }]
`,
  'before/policy.yaml': before,
  'after/policy.yaml': after,
  'people.csv': 'email,department\nana@acme.example,IT\nben@acme.example,Ops\n',
};

describe('the workflow of docs/pull-requests.md', () => {
  it('is one whole file, for pull requests on the policy alone', () => {
    expect(blocks).toHaveLength(1);
    expect(workflow.on).toEqual({ pull_request: { paths: ['policy.yaml', 'policy.cases.yaml'] } });
    expect(jobs.every((job) => (job['timeout-minutes'] ?? 999) <= 10)).toBe(true);
  });

  it('takes each action by commit, with its version beside it, and those of this repository the same', () => {
    const lines = source.split('\n').filter((line) => /\buses:/.test(line));
    expect(lines).toHaveLength(8);
    for (const line of lines)
      expect(line).toMatch(/^\s+- uses: [\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
    const own = ['ci.yml', 'release.yml'].map((file) =>
      readFileSync(join(ROOT, '.github/workflows', file), 'utf8'),
    );
    const pinned = lines
      .map((line) => line.trim().replace(/^- /, ''))
      .filter((one) => one.includes(' actions/'));
    expect(pinned.filter((one) => !own.some((file) => file.includes(one)))).toEqual([]);
  });

  it('may read only, but for the job that proves itself and comments, which no fork reaches', () => {
    const { check, people } = workflow.jobs;
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect([check.permissions, check.environment]).toEqual([undefined, undefined]);
    expect(people.permissions).toEqual({ contents: 'read', 'id-token': 'write', 'pull-requests': 'write' });
    expect(people.environment).toBe('policy-diff');
    expect(people.if).toBe('github.event.pull_request.head.repo.full_name == github.repository');
    expect(people.steps.some(({ run = '' }) => /\bnpm\b|\bnpx\b/.test(run))).toBe(false);
  });

  it('has no secret, keeps no credential, and puts nothing of a pull request into a command', () => {
    expect(source).not.toMatch(/secrets\.|client-secret|creds:/);
    const checkouts = steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'));
    expect(checkouts).toHaveLength(4);
    for (const { with: options } of checkouts) expect(options?.['persist-credentials']).toBe(false);
    for (const { run = '' } of steps) expect(run).not.toContain('${{');
    const login = steps.find(({ uses = '' }) => uses.startsWith('azure/login@'));
    expect(Object.keys(login?.with ?? {})).toEqual(['client-id', 'tenant-id', 'allow-no-subscriptions']);
  });

  it('names the subject by the environment of the job', () => {
    expect(text).toContain(`environment:${workflow.jobs.people.environment}`);
    expect(text).toContain('https://token.actions.githubusercontent.com');
  });

  it('has commands that work on such a repository', async () => {
    expect(commands.map(([words]) => words.split(' ').slice(0, 2).join(' '))).toEqual([
      'policy check',
      'policy test',
      'policy diff',
    ]);
    const comments: string[] = [];
    for (const [words, into] of commands) {
      const { exit, stdout, stderr } = await access(words.split(' '), FILES);
      expect([words, exit, stderr]).toEqual([words, 0, '']);
      if (into === 'comment.md') comments.push(stdout);
    }
    expect(comments).toEqual([expect.stringContaining('acme.example | Operators, by it | Developers')]);
  });

  it('fails where a case does not hold, and where the policy has a fault', async () => {
    const [check, test] = commands.map(([words]) => words.split(' '));
    const wrong = { ...FILES, 'policy.yaml': 'version: 1\norganizations: 5\n' };
    expect((await access(check ?? [], wrong)).exit).toBe(1);
    expect((await access(test ?? [], { ...FILES, 'policy.yaml': before })).exit).toBe(1);
  });
});

describe('the commands of docs/rollout.md', () => {
  const rollout = readFileSync(join(ROOT, 'docs/rollout.md'), 'utf8');
  const reference = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');
  const inBlocks = [...rollout.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
  const inLines = [...rollout.matchAll(/`(access [^`]+)`/g)].map(([, command = '']) => command);

  it.each([...new Set([...inBlocks, ...inLines])])('exist: %s', async (line) => {
    const [, first = '', second = ''] = line.split(' ');
    const isKnown = [
      `## access ${first} ${second}\n`,
      `## access ${first} list\n`,
      `## access ${first}\n`,
    ].some((head) => reference.includes(head));
    expect(isKnown).toBe(true);
  });
});
