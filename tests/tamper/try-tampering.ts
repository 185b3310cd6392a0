import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { SANDBOX_EVIDENCE_KEY, sandboxEvidenceKeys } from '../../sandbox/evidence-key';
import { exportEvidence } from '../../shared/access/ledger/export-evidence';
import { createLoggedLedger } from '../../shared/access/ledger/log-evidence';
import { isOfNight, proveNight } from '../../shared/access/ledger/prove-night';
import { toFaultLines, verifyEvidenceOf } from '../../shared/access/ledger/verify-evidence';
import { DAY_MS } from '../../shared/domain/durations';
import { openCheckpoint } from '../../shared/domain/evidence/checkpoint';
import type { StorageAccount } from '../../shared/storage/storage-account';
import { errorCodeOf } from '../../shared/errors';
import { createRandom } from '../chaos/random';
import { ACME, depsOn, type PlayedOrganization } from './organization';
import { TAMPERINGS } from './tamperings';
import { copyOf, storageWith } from './tampered-storage';

export type Outcome = Readonly<{
  what: string;
  /** What is wrong with the verification; nothing where all is as it should be. */
  unnoticed: readonly string[];
  misnamed: readonly string[];
  /** The night that finds it. */
  foundBy: 'next-night' | 'turn-of-the-month';
}>;

const VERIFIER = resolve('scripts/verify-evidence.mjs');

/** One tampering with what was stored after the last night, of this seed, and who finds it. Seeds in a row try each kind in turn. */
export async function tryTampering(
  seed: number,
  played: PlayedOrganization,
  keptNotes: readonly string[],
): Promise<Outcome> {
  const random = createRandom(seed);
  const contents = copyOf(played.nights.at(-1) ?? { rows: new Map(), blobs: new Map() });
  const one = random.pick(played.subjects);
  const other = random.pick(
    played.subjects.filter((subject) => subject.kind === one.kind && subject !== one),
  );
  const kinds = Object.keys(TAMPERINGS);
  const what = kinds[seed % kinds.length] ?? '';
  const expected = TAMPERINGS[what]?.({ random, contents, played, one, other });
  if (expected === undefined) throw new Error(`There is no tampering ${what}`);
  const unnoticed: string[] = [];
  const misnamed: string[] = [];
  const anchors = played.notes.map(
    (note) => openCheckpoint(note, ACME.origin, sandboxEvidenceKeys) ?? raise(),
  );

  const storage = await storageWith(contents);
  const found = toFaultLines(await verifyEvidenceOf(depsOn(storage), ACME, anchors));
  if (found.length === 0) unnoticed.push('the whole verification finds nothing');
  const named = found.map(withoutNumber);
  const subjects = new Set(expected.lines.map((line) => line.split(' ')[0]));
  if (!expected.lines.every((line) => named.includes(line)))
    misnamed.push(`expected ${expected.lines.join(', ')}, told ${found.join(', ')}`);
  else if (named.some((line) => !subjects.has(line.split(' ')[0])))
    misnamed.push(`told more than ${expected.lines.join(', ')}: ${found.join(', ')}`);

  const small = await verifyOutside(storage, keptNotes);
  if (small.join('\n') !== found.join('\n'))
    misnamed.push(`the other verifier told ${small.join(', ')}, and not ${found.join(', ')}`);

  for (const subject of expected.refused) {
    const code = await codeOf(async () => createLoggedLedger(depsOn(storage)).ledger.read(subject));
    if (code !== 'record-unreadable') unnoticed.push(`the writer reads ${subject.kind}:${subject.key}`);
  }

  const nightFinds = async (nowMs: number): Promise<boolean> => {
    const tampered = await storageWith(contents);
    const { faults } = await proveNight(depsOn(tampered), ACME, { nowMs, mayGoOn: () => undefined });
    return faults.some(({ subject, kind }) =>
      expected.lines.includes(`${subject} ${kind === 'head-rebuilt' ? 'head' : kind}`),
    );
  };
  const next = played.nowMs + DAY_MS;
  if (await nightFinds(next)) return { what, unnoticed, misnamed, foundBy: 'next-night' };
  const { turnOf } = expected;
  const turn = Array.from({ length: 30 }, (_, at) => next + at * DAY_MS).find(
    (ms) => turnOf !== undefined && isOfNight(turnOf, Math.floor(ms / DAY_MS)),
  );
  if (turn === undefined || !(await nightFinds(turn))) unnoticed.push('no night of the month finds it');
  return { what, unnoticed, misnamed, foundBy: 'turn-of-the-month' };
}

function withoutNumber(line: string): string {
  return line.split(' ').slice(0, 2).join(' ');
}

export async function verifyOutside(
  storage: StorageAccount,
  keptNotes: readonly string[],
): Promise<readonly string[]> {
  const child = spawn(process.execPath, [VERIFIER, '-', ...keptNotes], {
    env: { EVIDENCE_KEY: SANDBOX_EVIDENCE_KEY },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  for await (const { line } of exportEvidence(storage, ACME)) child.stdin.write(`${JSON.stringify(line)}\n`);
  child.stdin.end();
  const [told] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const code = child.exitCode;
  const lines = told.split('\n').filter((line) => line !== '');
  return code === (lines.length === 0 ? 0 : 1) ? lines : [...lines, `exit code ${String(code)}`];
}

async function codeOf(step: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    return errorCodeOf(error);
  }
}

function raise(): never {
  throw new Error('A checkpoint of this organization does not open');
}
