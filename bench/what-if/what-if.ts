import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { rounded, scaled, type Benchmark } from '../benchmark';
import { bundleScript } from '../bundle-script';
import { hrFile, policyFile, snapshotFile } from './files';

const FULL_PEOPLE = 10_000;

const DoneSchema = z.object({ exit: z.number(), peakMemoryMb: z.number() });
const AnswerSchema = z.object({
  badLines: z.array(z.unknown()),
  organizations: z.array(z.object({ people: z.number(), gain: z.number(), lose: z.number() })),
});
const LoadedSchema = z.object({ people: z.number(), gain: z.number(), lose: z.number() });

/** Whom an edit of the policy changes, and whom a file of HR, of a whole organization, from the files to the answer. */
export const whatIf: Benchmark = {
  name: 'what-if',
  about:
    'access policy diff, and access what-if, over 10,000 people, 60 groups and 200 birthright lines, from the files to the answer',
  targets: [
    { figure: 'seconds', atMost: 5 },
    { figure: 'peakMemoryMb', atMost: 300 },
    { figure: 'loadSeconds', atMost: 5 },
    { figure: 'loadPeakMemoryMb', atMost: 300 },
  ],
  run: async ({ size }) => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-what-if-'));
    try {
      const fileOf = (name: string): string => join(folder, name);
      await writeFile(fileOf('before.yaml'), policyFile('before'));
      await writeFile(fileOf('after.yaml'), policyFile('after'));
      const people = scaled(FULL_PEOPLE, size, 10);
      await writeFile(fileOf('hr.csv'), hrFile(people));
      await writeFile(fileOf('snapshot.json'), snapshotFile(people));
      const script = await bundleScript('bench/what-if/command-process.ts', folder);
      const edit = ['policy', 'diff', fileOf('before.yaml'), fileOf('after.yaml')];
      const compared = await measure(script, [...edit, '--people', fileOf('hr.csv')], AnswerSchema);
      const load = ['what-if', fileOf('hr.csv'), '--policy', fileOf('before.yaml')];
      const loaded = await measure(script, [...load, '--snapshot', fileOf('snapshot.json')], LoadedSchema);
      const { badLines, organizations } = compared.answer;
      const [{ people: looked, gain, lose } = { people: null, gain: null, lose: null }] = organizations;
      return {
        people: looked,
        badLines: badLines.length,
        gain,
        lose,
        exit: compared.exit,
        seconds: compared.seconds,
        peakMemoryMb: compared.peakMemoryMb,
        loadGain: loaded.answer.gain,
        loadLose: loaded.answer.lose,
        loadExit: loaded.exit,
        loadSeconds: loaded.seconds,
        loadPeakMemoryMb: loaded.peakMemoryMb,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure<T>(script: string, words: readonly string[], schema: z.ZodType<T>) {
  const startMs = performance.now();
  const child = fork(script, [...words, '--json'], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let answer = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  const told = new Promise<unknown>((resolve) => child.once('message', resolve));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const done = DoneSchema.parse(await Promise.race([told, ended]));
  await ended;
  const seconds = (performance.now() - startMs) / 1000;
  return {
    answer: schema.parse(JSON.parse(answer)),
    exit: done.exit,
    seconds: rounded(seconds, 2),
    peakMemoryMb: rounded(done.peakMemoryMb, 1),
  };
}
