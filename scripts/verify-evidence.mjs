// Verifies an export by docs/evidence-format.md: EVIDENCE_KEY=… node verify-evidence.mjs export.jsonl [checkpoint …]
// Prints a line `<subject> <kind> <at>` for each fault. Exit code 0: none; 1: some; 2: it could not be read.
import { createHash, createHmac, createPrivateKey, createPublicKey, hkdfSync, sign } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [file, ...names] = process.argv.slice(2);
const [places, tiles, policies, named] = [new Map(), new Map(), new Map(), new Map()];
const [entries, faults, found] = [[], [], []];
let inLog; // The entries by the names of their subjects; false where they cannot be relied on.
process.on('uncaughtException', ({ message }) => process.exit(console.error(message) ?? 2));
const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const hex = (bytes) => bytes.toString('hex');
const mac = (key, text) => createHmac('sha256', key).update(text).digest();
function deriveKey(text) {
  const secret = Buffer.from(text, 'base64');
  const derive = (purpose) => hkdfSync('sha256', secret, '', `uipath-access-functions/${purpose}/v1`, 32);
  const [seal, log, seed] = ['seal', 'log', 'checkpoint'].map((purpose) => Buffer.from(derive(purpose)));
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const signing = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(signing).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { id: hex(sha('key id\n', seal)).slice(0, 8), seal, log, signing, raw };
}
const keys = (process.env.EVIDENCE_KEY ?? '').trim().split(/\s+/).map(deriveKey);

/** What a row says; undefined where its seal does not fit. */
function open(table, { partitionKey, rowKey, schemaVersion = 1, json, seal }, beside = '') {
  const [id, given = ''] = String(seal).split(':');
  const key = keys.find((one) => one.id === id);
  const place = JSON.stringify([table, partitionKey, rowKey]);
  const text = `${place}\n${JSON.stringify([schemaVersion, beside])}\n${json}`;
  return key && mac(key.seal, text).equals(Buffer.from(given, 'base64url')) ? JSON.parse(json) : undefined;
}

/** The size and root of a note that one of the keys signed: what Ed25519 signs with a key is always the same. */
function openNote(note, origin) {
  const [, text, size, root] = /^(.*\n(\d+)\n(.{44})\n)\n/.exec(note) ?? [];
  const lines = note.split(`\n— ${origin} `).map((line) => Buffer.from(line.split(/[ \n]/)[0], 'base64'));
  const own = keys.flatMap(({ signing, raw }) => {
    const id = sha(`${origin}\n\x01`, raw).subarray(0, 4);
    const right = Buffer.concat([id, sign(undefined, Buffer.from(text ?? ''), signing)]);
    return lines.filter((line) => line.indexOf(id) === 0).map((line) => line.equals(right));
  });
  if (!text?.startsWith(`${origin}\n`) || own.includes(false) || !own.includes(true)) return undefined;
  return { size: Number(size), root: Buffer.from(root, 'base64') };
}
function rootOf(hashes) {
  if (hashes.length < 2) return hashes[0] ?? sha();
  const split = 2 ** Math.floor(Math.log2(hashes.length - 1));
  return sha('\x01', rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

/** Where tiles begin that are not as they should be: of hashes, and of the last entries. */
function* unlikeTiles(leaves, end) {
  const start = end - (end % 256);
  if (JSON.stringify(entries.slice(start, end)) !== JSON.stringify(tiles.get('entries') ?? [])) yield start;
  for (let [level, hashes] = [0, leaves.slice(0, end)]; hashes.length > 0; level += 1) {
    const parts = [];
    for (let at = 0; at < hashes.length; at += 256) parts.push(hashes.slice(at, at + 256));
    for (const [index, part] of parts.entries())
      if (tiles.get(`${level} ${index}`) !== Buffer.concat(part).toString('base64'))
        yield index * 256 ** (level + 1);
    hashes = parts.filter((part) => part.length === 256).map(rootOf);
  }
}

function verifyLog({ origin, row, checkpoint }) {
  const fault = (kind, at) => void faults.push(`log ${kind} ${at}`);
  const head = row === undefined ? { tree: { size: 0, roots: [] } } : open('evidence', row);
  if (head === undefined) return fault('head', 0);
  const [{ size, roots }, end] = [head.tree, head.published?.size ?? 0];
  if ([...places.values()].reduce((sum, seq) => sum + (seq ?? 0), 0) > size) return fault('head', size);
  const note = openNote(checkpoint ?? '', origin);
  const signed = checkpoint === head.published?.note || note?.size > end ? note : undefined;
  if ((checkpoint ?? head.published) !== undefined && signed === undefined) fault('checkpoint', end);
  if (entries.length < size) return fault('entries', entries.length);
  const leaves = entries.map((entry) => sha('\0', entry));
  const told = roots.map((hex) => Buffer.from(hex, 'hex')).reverse();
  const root = told.length > 0 ? told.reduce((right, left) => sha('\x01', left, right)) : sha();
  const isWhole = entries.length === size && rootOf(leaves).equals(root);
  const unlike = new Set(isWhole ? unlikeTiles(leaves, end) : []);
  if (!isWhole) fault('entries', 0);
  for (const at of [...unlike].sort((a, b) => a - b)) fault('tiles', at);
  const kept = names.map((name) => openNote(readFileSync(name, 'utf8'), origin));
  if (kept.includes(undefined)) throw new Error('A kept checkpoint is not of this log or these keys');
  for (const one of [...kept, signed].filter(Boolean))
    if (one.size > size || !rootOf(leaves.slice(0, one.size)).equals(one.root))
      fault(kept.some((anchor) => anchor.size === one.size) ? 'anchor' : 'checkpoint', one.size);
  const byName = {};
  for (const { key, subject, ...entry } of isWhole ? entries.map((text) => JSON.parse(text)) : [])
    (byName[`${key} ${subject}`] ??= []).push(entry);
  return isWhole && byName;
}
const sorted = (object) => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
const isObject = (value) => Object(value) === value && !Array.isArray(value);
const canonical = (_name, value) => (isObject(value) ? Object.fromEntries(sorted(value)) : value);

function faultOf({ subject, state, records }) {
  const place = places.has(subject) ? places.get(subject) : 0;
  const own = keys.flatMap(({ id, log }) => {
    const name = `${id} ${hex(mac(log, `subject\n${subject}`)).slice(0, 32)}`;
    const logged = inLog[name] ?? [];
    delete inLog[name];
    return logged.map((entry) => ({ ...entry, log }));
  });
  const rows = records.map((row) => [Number(row.rowKey.slice(2)) || 0, open('ledger', row)]);
  for (const [seq, record] of subject === 'organization:organization' ? rows : [])
    if (record?.kind === 'policy-changed' && !named.has(record.facts.to)) named.set(record.facts.to, seq);
  const last = rows.sort(([a], [b]) => a - b).at(-1)?.[0] ?? 0;
  const logged = own.reduce((most, { seq }) => Math.max(most, seq), 0);
  const known = Math.max(logged, place ?? 0);
  if (state === undefined) return last + known > 0 ? `state-missing ${Math.max(last, known)}` : undefined;
  const { evidenceSeq: end, evidenceHash: tip } = state;
  if (typeof end !== 'number' || !open('ledger', state, `${end}:${tip}`)) return `state-edited ${last}`;
  const forged = rows.find(([seq, record]) => seq > end && record === undefined);
  if (forged !== undefined) return `forged ${forged[0]}`;
  if (Math.max(last, known) > end) return `put-back ${end + 1}`;
  let [before, told] = ['', rows.findLast(([, one]) => one?.kind === 'person-erased' && !one.erased)?.[0]];
  for (const [index, [seq, record]] of rows.entries()) {
    if (seq > index + 1) return `missing ${index + 1}`;
    const { hash, erased, ...linked } = record ?? {};
    const is = erased ? seq < told && hash : hex(sha(JSON.stringify(linked, canonical)));
    if (seq !== index + 1 || linked.previousHash !== before || is !== hash) return `edited ${seq}`;
    before = hash;
  }
  if (before !== tip) return rows.length < end ? `missing ${rows.length + 1}` : `edited ${end}`;
  const hashOf = ({ log, seq }) => hex(mac(log, `record\n${subject}\n${rows[seq - 1]?.[1].hash}`));
  const other = own.find((entry) => hashOf(entry) !== entry.record);
  if (other !== undefined) return `edited ${other.seq}`;
  const isPlaced = !inLog || (place === logged && own.length === logged);
  return place === undefined || !isPlaced ? `place ${known}` : undefined;
}
const input = file === '-' ? process.stdin : createReadStream(file);
for await (const text of createInterface({ input })) {
  const line = JSON.parse(text);
  if (line.type === 'place') places.set(line.row.rowKey.slice(2), open('evidence', line.row)?.seq);
  if (line.type === 'entries') entries.push(...line.entries);
  if (line.type === 'tile') tiles.set(line.tile, line.content);
  if (line.type === 'policy') policies.set(line.hash, hex(sha(Buffer.from(line.base64, 'base64'))));
  if (line.type === 'log') inLog = verifyLog(line) ?? false;
  const fault = line.type === 'subject' && faultOf(line);
  if (fault) found.push(`${line.subject} ${fault}`);
}
if (inLog === undefined) throw new Error('This is no export of evidence, version 2');
for (const name in inLog) found.push(`unknown:${name.split(' ')[1]} missing ${inLog[name][0].seq}`);
for (const [hash, seq] of [...named].filter(([one]) => policies.get(one) !== one))
  found.push(`policy:${hash} ${policies.has(hash) ? 'edited' : 'missing'} ${seq}`);
for (const fault of [...faults, ...found.sort()]) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length + found.length > 0 ? 1 : 0;
