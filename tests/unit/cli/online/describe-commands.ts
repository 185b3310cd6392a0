import { describe, expect, it } from '@jest/globals';
import { accessTo, problem } from '../../../fakes/running-app';

export type AskingCommand = readonly [
  words: readonly string[],
  exit: number,
  part: Readonly<Record<string, unknown>>,
];

/** What holds for every command that asks: its JSON, its help, names that do no harm, and why there is no answer. */
export function describeCommands(
  commands: readonly AskingCommand[],
  app: Parameters<typeof accessTo>[1],
): void {
  describe.each(commands)('access %j', (words, exit, part) => {
    it('answers with one JSON document', async () => {
      const ran = await accessTo([...words, '--json'], app);
      expect(ran).toMatchObject({ exit, stderr: '', json: part });
    });

    it('makes names harmless on a terminal', async () => {
      const { stdout } = await accessTo(words, app);
      for (const sign of ['\u001B', '\u202E']) expect(stdout).not.toContain(sign);
      expect(stdout).not.toBe('');
    });

    it('has a help with an example', async () => {
      const { exit: helped, stdout } = await accessTo([...words, '--help'], {});
      expect(helped).toBe(0);
      expect(stdout).toMatch(/Examples:\n {2}# \S.*\n {2}(?:\w+="\S+" )?access /);
      expect(stdout).toContain('ACCESS_URL');
    });

    it('says why there is no answer', async () => {
      const refused = Object.fromEntries(
        Object.keys(app).map((path) => [path, problem(403, 'not-permitted', 'No')]),
      );
      expect(await accessTo([...words, '--json'], refused)).toMatchObject({
        exit: 4,
        stderr: expect.stringContaining('access: No'),
        json: { error: { code: 'not-permitted', message: 'No' } },
      });
    });
  });
}
