import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playOrganization } from './organization';
import { tryTampering } from './try-tampering';

export type Figures = Readonly<{
  tried: number;
  unnoticed: number;
  misnamed: number;
  /** Found by the first night, and by that of the subject's turn. */
  nextNight: number;
  turnOfTheMonth: number;
}>;

/** Runs of one organization: to make it takes as long as some runs. */
const RUNS_TOGETHER = 50;

/** Tries the tamperings of these seeds. `tell` hears of each that is not found as it should be. */
export async function tryAll(
  { from, runs }: Readonly<{ from: number; runs: number }>,
  tell: (text: string) => void,
): Promise<Figures> {
  const figures = { tried: 0, unnoticed: 0, misnamed: 0, nextNight: 0, turnOfTheMonth: 0 };
  const folder = await mkdtemp(join(tmpdir(), 'tamper-'));
  try {
    let made = -1;
    let organization = await playOrganization(0);
    let kept: readonly string[] = [];
    for (let seed = from; seed < from + runs; seed += 1) {
      const number = Math.floor(seed / RUNS_TOGETHER);
      if (number !== made) {
        made = number;
        organization = await playOrganization(number);
        kept = organization.notes.map((_, night) => join(folder, `${number}-${night}`));
        for (const [night, file] of kept.entries()) await writeFile(file, organization.notes[night] ?? '');
      }
      const { what, unnoticed, misnamed, foundBy } = await tryTampering(seed, organization, kept);
      figures.tried += 1;
      if (unnoticed.length > 0) figures.unnoticed += 1;
      if (misnamed.length > 0) figures.misnamed += 1;
      if (foundBy === 'next-night') figures.nextNight += 1;
      else figures.turnOfTheMonth += 1;
      for (const fault of [...unnoticed, ...misnamed])
        tell(`${what}: ${fault}\n  again: npm run tamper -- --from ${seed} --runs 1`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return figures;
}
