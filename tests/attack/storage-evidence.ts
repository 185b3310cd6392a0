import { TAMPERINGS } from '../tamper/tamperings';
import { tryAll } from '../tamper/try-all';
import type { Attack } from './attack';
import type { Control } from './control';
import { verifyUntouched } from './untouched-evidence';

const untouched: Control = {
  id: 'evidence that nobody touched',
  says: 'The verification of evidence that nobody touched finds nothing, and the writer reads it',
  works: verifyUntouched,
};

let tried: Promise<readonly string[]> | undefined;

/** What is wrong with the finding of any of them: one organization is played for all. */
async function tryEach(): Promise<readonly string[]> {
  const told: string[] = [];
  await tryAll({ from: 0, runs: Object.keys(TAMPERINGS).length }, (text) => told.push(text));
  return told;
}

/** Each kind of change to what is stored, made to an organization of some nights: it has to be found, named, and not be believed. */
export const evidenceAttacks: readonly Attack[] = Object.keys(TAMPERINGS).map((what) => ({
  id: `evidence-${what.replaceAll(/[^a-z]+/g, '-')}`,
  boundary: 'storage',
  tries: `Changes what is stored: ${what}`,
  must: 'It is found and named, by the app and by the other verifier, and the writer does not believe it',
  control: untouched,
  run: async () => {
    tried ??= tryEach();
    return (await tried).some((told) => told.startsWith(`${what}: `));
  },
}));
