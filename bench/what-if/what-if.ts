import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { rounded, scaled, type Benchmark } from '../benchmark';
import { bundleScript } from '../bundle-script';
import { hrFile, policyFile } from './files';

const FULL_PEOPLE = 10_000;

const DoneSchema = z.object({ exit: z.number(), peakMemoryMb: z.number() });
const AnswerSchema = z.object({
  badLines: z.array(z.unknown()),
  organizations: z.array(z.object({ people: z.number(), gain: z.number(), lose: z.number() })),
});

/** Whom an edit of the policy changes, of a whole organization, from the files to the answer. */
export const whatIf: Benchmark = {
  name: 'what-if',
  about:
    'access policy diff over 10,000 people, 60 groups and 200 birthright lines, from the files to the answer',
  targets: [
    { figure: 'seconds', atMost: 5 },
    { figure: 'peakMemoryMb', atMost: 300 },
  ],
  run: async ({ size }) => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-what-if-'));
    try {
      const fileOf = (name: string): string => join(folder, name);
      await writeFile(fileOf('before.yaml'), policyFile('before'));
      await writeFile(fileOf('after.yaml'), policyFile('after'));
      await writeFile(fileOf('hr.csv'), hrFile(scaled(FULL_PEOPLE, size, 10)));
      const script = await bundleScript('bench/what-if/command-process.ts', folder);
      const words = ['policy', 'diff', fileOf('before.yaml'), fileOf('after.yaml'), '--json'];
      return await measure(script, [...words, '--people', fileOf('hr.csv')]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(script: string, words: readonly string[]) {
  const startMs = performance.now();
  const child = fork(script, words, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let answer = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  const told = new Promise<unknown>((resolve) => child.once('message', resolve));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const done = DoneSchema.parse(await Promise.race([told, ended]));
  await ended;
  const seconds = (performance.now() - startMs) / 1000;
  const { badLines, organizations } = AnswerSchema.parse(JSON.parse(answer));
  const [{ people, gain, lose } = { people: null, gain: null, lose: null }] = organizations;
  return {
    people,
    badLines: badLines.length,
    gain,
    lose,
    exit: done.exit,
    seconds: rounded(seconds, 2),
    peakMemoryMb: rounded(done.peakMemoryMb, 1),
  };
}
