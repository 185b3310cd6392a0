import { sandboxEvidenceKeys } from '../../sandbox/evidence-key';
import { signCheckpoint } from '../../shared/domain/evidence/checkpoint';
import { subjectInLog } from '../../shared/domain/evidence/log-entry';
import { linkEvidence, PERSON_ERASED, type EvidenceRecord } from '../../shared/domain/ledger/evidence';
import type { Subject } from '../../shared/domain/ledger/subject';
import type { Random } from '../chaos/random';
import { ACME, type PlayedOrganization } from './organization';
import { copyOf, type Contents, type Row } from './tampered-storage';

/** What the verification has to say: one of these lines without their number, and of these subjects alone. */
type Expected = Readonly<{
  lines: readonly string[];
  /** Whom the writer must not believe any more. */
  refused: readonly Subject[];
  /** Whose turn of the month finds it, where the next night need not. */
  turnOf?: Subject;
}>;

type Scene = Readonly<{
  random: Random;
  contents: Contents;
  played: PlayedOrganization;
  /** Two subjects that are not the same. */
  one: Subject;
  other: Subject;
}>;

type Tampering = (scene: Scene) => Expected;

const partition = ({ organization, kind, key }: Subject): string => `${organization}:${kind}:${key}`;
const rowName = (subject: Subject, row: string): string => `ledger ${partition(subject)} ${row}`;
const recordRow = (seq: number): string => `e:${String(seq).padStart(10, '0')}`;
const nameOf = ({ kind, key }: Subject): string => `${kind}:${key}`;
const placeName = (subject: Subject): string => `evidence acme s:${nameOf(subject)}`;
const LOG = 'evidence acme log';

function rowOf({ rows }: Contents, name: string): Row {
  const row = rows.get(name);
  if (row === undefined) throw new Error(`There is no row ${name}`);
  return row;
}

const endOf = (contents: Contents, subject: Subject): number =>
  Number(rowOf(contents, rowName(subject, 'state'))['evidenceSeq']);
const jsonOf = (row: Row): string => String(row['json0']);
const recordIn = (row: Row): EvidenceRecord => JSON.parse(jsonOf(row)) as EvidenceRecord;

function pickName(random: Random, names: Iterable<string>, isFit: (name: string) => boolean): string {
  return random.pick([...names].filter(isFit));
}

const ofState = (one: Subject, kind: string): Expected => ({
  lines: [`${nameOf(one)} ${kind}`],
  refused: [one],
});
const ofRecord = (one: Subject, kind: string): Expected => ({
  lines: [`${nameOf(one)} ${kind}`],
  refused: [],
  turnOf: one,
});
const ofLog = (...kinds: readonly string[]): Expected => ({
  lines: kinds.map((kind) => `log ${kind}`),
  refused: [],
});

/** One digit or letter of a text is another one. */
function garble(random: Random, text: string): string {
  const places = Array.from(text.matchAll(/[0-9a-zA-Z]/g), ({ index }) => index);
  const at = random.pick(places);
  return `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
}

function flip(random: Random, bytes: Buffer): Buffer {
  const next = Buffer.from(bytes);
  const at = random.int(next.length);
  next[at] = (next[at] ?? 0) ^ (1 << random.int(8));
  return next;
}

function swap<T>(map: Map<string, T>, a: string, b: string, keep: (row: T, own: T) => T): void {
  const [first, second] = [map.get(a), map.get(b)];
  if (first === undefined || second === undefined) return;
  map.set(a, keep(second, first));
  map.set(b, keep(first, second));
}

const inPlaceOf = (row: Row, { partitionKey, rowKey }: Row): Row => ({ ...row, partitionKey, rowKey });

/** The subject's rows as they were after an earlier night. */
function earlier({ played, random, one }: Scene): Contents {
  const now = endOf(played.nights.at(-1) ?? raise(), one);
  const before = played.nights.slice(0, -1).filter((night) => endOf(night, one) < now);
  return copyOf(random.pick(before));
}

function raise(): never {
  throw new Error('There is no such night');
}

/** Names of the tiles that the newest checkpoint needs. */
function currentTiles({ blobs }: Contents, isFit: (name: string) => boolean): readonly string[] {
  const names = [...blobs.keys()].filter((name) => name.includes('/tile/') && isFit(name));
  const widest = Math.max(...names.map((name) => Number(/\.p\/(\d+)$/.exec(name)?.[1] ?? 0)));
  return names.filter((name) => {
    const width = /\.p\/(\d+)$/.exec(name)?.[1];
    return width === undefined || name.includes('/tile/1/') || Number(width) === widest;
  });
}

export const TAMPERINGS: Readonly<Record<string, Tampering>> = {
  'a state edited': ({ random, contents, one }) => {
    const row = rowOf(contents, rowName(one, 'state'));
    row['json0'] = garble(random, jsonOf(row));
    return ofState(one, 'state-edited');
  },
  'a state sealed by nobody': ({ random, contents, one }) => {
    const row = rowOf(contents, rowName(one, 'state'));
    if (random.chance(0.5)) delete row['seal'];
    else row['seal'] = `${String(row['seal']).slice(0, 9)}${Buffer.alloc(32, 7).toString('base64url')}`;
    return ofState(one, 'state-edited');
  },
  'the type of a property edited': ({ random, contents, one }) => {
    const row = rowOf(contents, rowName(one, 'state'));
    const name = random.pick(['evidenceSeq', 'schemaVersion']);
    row[name] = String(row[name]);
    return ofState(one, 'state-edited');
  },
  'a state removed': ({ contents, one }) => {
    contents.rows.delete(rowName(one, 'state'));
    return ofState(one, 'state-missing');
  },
  'a record edited': ({ random, contents, one }) => {
    const row = rowOf(contents, rowName(one, recordRow(1 + random.int(endOf(contents, one)))));
    const name = random.pick(['json0', 'seal']);
    row[name] = garble(random, String(row[name]).slice(0, -2)) + String(row[name]).slice(-2);
    return ofRecord(one, 'edited');
  },
  'a record removed': ({ random, contents, one }) => {
    const row = rowName(one, recordRow(1 + random.int(endOf(contents, one))));
    // What was erased is believed by the record that tells of it alone.
    const isOfErasure = recordIn(rowOf(contents, row)).kind === PERSON_ERASED;
    contents.rows.delete(row);
    return ofRecord(one, isOfErasure ? 'edited' : 'missing');
  },
  'the end cut off': ({ random, contents, one }) => {
    const end = endOf(contents, one);
    const first = end - random.int(end);
    const removed = Array.from({ length: end - first + 1 }, (_, at) => rowName(one, recordRow(first + at)));
    const isOfErasure = removed.some((row) => recordIn(rowOf(contents, row)).kind === PERSON_ERASED);
    for (const row of removed) contents.rows.delete(row);
    return ofRecord(one, isOfErasure && first > 1 ? 'edited' : 'missing');
  },
  'the end cut off and the state told so': ({ random, contents, one }) => {
    const end = endOf(contents, one);
    const kept = random.int(end);
    for (let seq = kept + 1; seq <= end; seq += 1) contents.rows.delete(rowName(one, recordRow(seq)));
    const last = contents.rows.get(rowName(one, recordRow(kept)));
    const hash = last === undefined ? '' : recordIn(last).hash;
    Object.assign(rowOf(contents, rowName(one, 'state')), { evidenceSeq: kept, evidenceHash: hash });
    return ofState(one, 'state-edited');
  },
  'two records exchanged': ({ random, contents, one }) => {
    const end = endOf(contents, one);
    const first = 1 + random.int(end - 1);
    const second = first + 1 + random.int(end - first);
    swap(contents.rows, rowName(one, recordRow(first)), rowName(one, recordRow(second)), inPlaceOf);
    return ofRecord(one, 'edited');
  },
  'a record forged': ({ random, contents, one }) => {
    const end = endOf(contents, one);
    const last = rowOf(contents, rowName(one, recordRow(end)));
    const rowKey = recordRow(end + 1 + random.int(3));
    contents.rows.set(rowName(one, rowKey), { ...last, rowKey });
    return ofRecord(one, 'forged');
  },
  'the chain hashed anew without the key': ({ random, contents, one }) => {
    const end = endOf(contents, one);
    const rows = Array.from({ length: end }, (_, at) => rowOf(contents, rowName(one, recordRow(at + 1))));
    const edited = random.int(end);
    const entries = rows.map((row, at) => {
      const { kind, atMs, policyHash, facts } = recordIn(row);
      return { kind: at === edited ? 'forged' : kind, atMs, policyHash, facts };
    });
    const { records, head } = linkEvidence({ seq: 0, hash: '' }, entries);
    for (const [at, row] of rows.entries()) row['json0'] = JSON.stringify(records[at]);
    if (random.chance(0.5)) for (const row of rows) delete row['seal'];
    Object.assign(rowOf(contents, rowName(one, 'state')), { evidenceHash: head.hash });
    return ofState(one, 'state-edited');
  },
  'two people exchanged': ({ random, contents, one, other }) => {
    swap(contents.rows, rowName(one, 'state'), rowName(other, 'state'), inPlaceOf);
    if (random.chance(0.5))
      for (let seq = 1; seq <= Math.min(endOf(contents, one), endOf(contents, other)); seq += 1)
        swap(contents.rows, rowName(one, recordRow(seq)), rowName(other, recordRow(seq)), inPlaceOf);
    return {
      lines: [`${nameOf(one)} state-edited`, `${nameOf(other)} state-edited`],
      refused: [one, other],
    };
  },
  'an old state put back': (scene) => {
    const { contents, one } = scene;
    const name = rowName(one, 'state');
    contents.rows.set(name, rowOf(earlier(scene), name));
    return ofState(one, 'put-back');
  },
  'old rows put back, and the newer removed': (scene) => {
    const { contents, one } = scene;
    const before = earlier(scene);
    for (let seq = endOf(before, one) + 1; seq <= endOf(contents, one); seq += 1)
      contents.rows.delete(rowName(one, recordRow(seq)));
    const name = rowName(one, 'state');
    contents.rows.set(name, rowOf(before, name));
    return ofState(one, 'put-back');
  },
  'a subject removed': ({ random, contents, one }) => {
    for (const name of contents.rows.keys())
      if (name.startsWith(`ledger ${partition(one)} `)) contents.rows.delete(name);
    if (random.chance(0.5)) return ofState(one, 'state-missing');
    contents.rows.delete(placeName(one));
    contents.rows.delete(`subjects acme:${one.kind} k:${one.key}`);
    const [key] = sandboxEvidenceKeys;
    return { lines: [`unknown:${subjectInLog(key, one)} missing`], refused: [] };
  },
  'somebody new made of the rows of another': ({ contents, one }) => {
    const key = 'f'.repeat(32);
    const made = { ...one, key };
    for (const [name, row] of contents.rows)
      if (name.startsWith(`ledger ${partition(one)} `))
        contents.rows.set(rowName(made, row.rowKey), { ...row, partitionKey: partition(made) });
    return ofState(made, 'state-edited');
  },
  'a place edited': ({ random, contents, one }) => {
    const row = rowOf(contents, placeName(one));
    row['json0'] = garble(random, jsonOf(row));
    return { ...ofRecord(one, 'place'), refused: [one] };
  },
  'a place removed or put back': (scene) => {
    const { random, contents, one } = scene;
    if (random.chance(0.5)) contents.rows.delete(placeName(one));
    else contents.rows.set(placeName(one), rowOf(earlier(scene), placeName(one)));
    return ofRecord(one, 'place');
  },
  'the end of the log edited': ({ random, contents }) => {
    const row = rowOf(contents, LOG);
    row['json0'] = garble(random, jsonOf(row));
    return ofLog('head');
  },
  'the end of the log removed or put back': ({ random, contents, played }) => {
    if (random.chance(0.3)) contents.rows.delete(LOG);
    else contents.rows.set(LOG, { ...rowOf(random.pick(played.nights.slice(0, -1)), LOG) });
    if (random.chance(0.5)) {
      const [first] = played.nights;
      const note = first?.blobs.get('acme/checkpoint');
      if (note !== undefined) contents.blobs.set('acme/checkpoint', note);
    }
    return ofLog('head');
  },
  'an entry of a row edited, removed or exchanged': ({ random, contents }) => {
    const isEntry = (name: string): boolean => name.startsWith('evidence acme n:');
    const name = pickName(random, contents.rows.keys(), isEntry);
    const another = pickName(random, contents.rows.keys(), (one) => isEntry(one) && one !== name);
    const row = rowOf(contents, name);
    const what = random.int(3);
    if (what === 0) row['json0'] = garble(random, jsonOf(row));
    else if (what === 1) contents.rows.delete(name);
    else swap(contents.rows, name, another, inPlaceOf);
    return ofLog('entries');
  },
  'a tile of entries edited, cut or removed': ({ random, contents: { blobs } }) => {
    const name = pickName(
      random,
      blobs.keys(),
      (one) => /tile\/entries\/[x/\d]+$/.test(one) && !one.includes('.p/'),
    );
    const bytes = blobs.get(name) ?? Buffer.alloc(0);
    const what = random.int(3);
    if (what === 0) blobs.set(name, flip(random, bytes));
    else if (what === 1) blobs.set(name, bytes.subarray(0, random.int(bytes.length)));
    else blobs.delete(name);
    return ofLog('entries');
  },
  'a tile that others read edited or removed': ({ random, contents }) => {
    const name = random.pick(currentTiles(contents, (one) => !/tile\/entries\/\d+$/.test(one)));
    if (random.chance(0.5)) contents.blobs.delete(name);
    else contents.blobs.set(name, flip(random, contents.blobs.get(name) ?? Buffer.alloc(0)));
    return ofLog('tiles');
  },
  'a checkpoint edited, removed, put back or forged': ({ random, contents: { blobs }, played }) => {
    const name = 'acme/checkpoint';
    const note = blobs.get(name) ?? Buffer.alloc(0);
    const what = random.int(4);
    const another = { signing: Buffer.alloc(32, 7) };
    const told = { ...ACME, size: random.int(500), root: Buffer.alloc(32, 1) };
    if (what === 0) blobs.set(name, flip(random, note));
    else if (what === 1) blobs.delete(name);
    else if (what === 2) blobs.set(name, Buffer.from(random.pick(played.notes.slice(0, -1))));
    else blobs.set(name, Buffer.from(signCheckpoint(told, [another])));
    return ofLog('checkpoint');
  },
  'the policy archive changed': ({ random, contents: { blobs } }) => {
    const isVersion = (name: string): boolean => !name.includes('/');
    const name = pickName(random, blobs.keys(), isVersion);
    const another = pickName(random, blobs.keys(), (one) => isVersion(one) && one !== name);
    const bytes = blobs.get(name) ?? Buffer.alloc(0);
    const what = random.int(4);
    if (what === 0) blobs.set(name, flip(random, bytes));
    else if (what === 1) blobs.set(name, bytes.subarray(0, random.int(bytes.length)));
    else if (what === 2) blobs.delete(name);
    else swap(blobs, name, another, (bytesOfOther) => bytesOfOther);
    const fault = (of: string, kind: string): string => `policy:${of.replace('.yaml', '')} ${kind}`;
    const lines = what === 2 ? [fault(name, 'missing')] : [fault(name, 'edited')];
    return { lines: what === 3 ? [...lines, fault(another, 'edited')] : lines, refused: [] };
  },
};
