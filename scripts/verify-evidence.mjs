// Verifies an export of evidence by docs/evidence-format.md, with nothing of the application.
//   EVIDENCE_KEY=… node scripts/verify-evidence.mjs export.jsonl [kept-checkpoint …]
// Prints a line `<subject> <kind> <at>` for each fault. Exit code 0: none; 1: some; 2: it could not be read.
import { createHash, createHmac, createPrivateKey, createPublicKey, hkdfSync, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const mac = (key, text) => createHmac('sha256', key).update(text).digest();
const node = (left, right) => sha('\x01', left, right);

function deriveKey(text) {
  const derive = (purpose) =>
    Buffer.from(
      hkdfSync('sha256', Buffer.from(text, 'base64'), '', `uipath-access-functions/${purpose}/v1`, 32),
    );
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), derive('checkpoint')]);
  const verifier = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  const raw = verifier.export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    id: sha('key id\n', derive('seal')).toString('hex').slice(0, 8),
    seal: derive('seal'),
    log: derive('log'),
    verifier,
    raw,
  };
}

/** The root of a tree; `hashes` of its leaves. */
function rootOf(hashes) {
  if (hashes.length < 2) return hashes[0] ?? sha();
  const split = 2 ** Math.floor(Math.log2(hashes.length - 1));
  return node(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

/** The size and root of a note that counts. */
function openNote(note, origin, keys) {
  const at = note.indexOf('\n\n');
  const [name, size, root, end, ...more] = note.slice(0, at + 1).split('\n');
  const isNote =
    at > 0 && name === origin && /^(0|[1-9]\d{0,15})$/.test(size) && end === '' && more.length === 0;
  const hash = Buffer.from(root ?? '', 'base64');
  if (!isNote || hash.length !== 32 || hash.toString('base64') !== root) return undefined;
  const fits = note
    .slice(at + 2)
    .split('\n')
    .flatMap((line) => {
      const [dash, signer, encoded = ''] = line.split(' ');
      const bytes = Buffer.from(encoded, 'base64');
      const key = keys.find(({ raw }) =>
        sha(`${origin}\n`, '\x01', raw).subarray(0, 4).equals(bytes.subarray(0, 4)),
      );
      if (dash !== '—' || signer !== origin || key === undefined) return [];
      return [verify(undefined, Buffer.from(note.slice(0, at + 1)), key.verifier, bytes.subarray(4))];
    });
  return fits.length > 0 && fits.every(Boolean) ? { size: Number(size), root: hash } : undefined;
}

function jsonOf(row) {
  let text = '';
  for (let piece = 0; typeof row[`json${piece}`] === 'string'; piece += 1) text += row[`json${piece}`];
  return text;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const canonical = (value) =>
  JSON.stringify(value, (_name, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

const has = (value, types) =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(types).every(([name, type]) => typeof value[name] === type);
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const ENTRY = {
  v: 'number',
  key: 'string',
  subject: 'string',
  seq: 'number',
  kind: 'string',
  at: 'string',
  record: 'string',
};
const RECORD = {
  kind: 'string',
  atMs: 'number',
  policyHash: 'string',
  seq: 'number',
  previousHash: 'string',
  hash: 'string',
};

function decodeEntries(bytes) {
  const entries = [];
  for (let at = 0; at < bytes.length; at += 2 + entries.at(-1).length) {
    if (at + 2 > bytes.length || at + 2 + bytes.readUInt16BE(at) > bytes.length) return undefined;
    entries.push(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)));
  }
  return entries;
}

function tilePath(level, index, width) {
  const groups = String(index)
    .padStart(Math.ceil(String(index).length / 3) * 3, '0')
    .match(/\d{3}/g);
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width < 256 ? `.p/${width}` : ''}`;
}

/** The faults of an export: `lines` as parsed, `notes` the texts of kept checkpoints. */
function verifyExport(lines, secret, notes = []) {
  const keys = secret.trim().split(/\s+/).map(deriveKey);
  const { origin } = lines[0];
  const tables = { ledger: new Map(), evidence: new Map() };
  const blobs = new Map(
    lines
      .filter(({ type }) => type === 'blob')
      .map(({ name, base64 }) => [name, Buffer.from(base64, 'base64')]),
  );
  const policies = new Map(
    lines
      .filter(({ type }) => type === 'policy')
      .map(({ hash, base64 }) => [hash, Buffer.from(base64, 'base64')]),
  );
  for (const { table, row } of lines.filter(({ type }) => type === 'row')) {
    const rows = tables[table].get(row.partitionKey) ?? new Map();
    tables[table].set(row.partitionKey, rows.set(row.rowKey, row));
  }
  const fits = (table, row, beside = '') => {
    const { schemaVersion = 1, partitionKey, rowKey } = row;
    const [id, given] = typeof row.seal === 'string' ? row.seal.split(':') : [];
    const key = keys.find((one) => one.id === id);
    const text = `${JSON.stringify([table, partitionKey, rowKey])}\n${JSON.stringify([schemaVersion, beside])}\n${jsonOf(row)}`;
    return (
      schemaVersion === 1 &&
      key !== undefined &&
      mac(key.seal, text).equals(Buffer.from(given ?? '', 'base64url'))
    );
  };
  const open = (row) => (row !== undefined && fits('evidence', row) ? parse(jsonOf(row)) : undefined);
  const faults = [];
  const rows = tables.evidence.get(lines[0].organization) ?? new Map();
  const entries = verifyLog();
  verifySubjects();
  return faults;

  /** The entries, or undefined where they cannot be relied on. */
  function verifyLog() {
    const fault = (kind, at) => void faults.push(`log ${kind} ${at}`);
    const head = rows.has('log') ? open(rows.get('log')) : { tree: { size: 0, roots: [] } };
    if (head === undefined) return fault('head', 0);
    const { tree, published } = head;
    const places = [...rows].filter(([key]) => key.startsWith('s:')).map(([, row]) => open(row)?.seq ?? 0);
    if (places.reduce((sum, seq) => sum + seq, 0) > tree.size) return fault('head', tree.size);
    const note = blobs.get('checkpoint')?.toString('utf8');
    const signed = openNote(note ?? '', origin, keys);
    const counts = signed !== undefined && (note === published?.note || signed.size > (published?.size ?? 0));
    if ((note ?? published) !== undefined && !counts) fault('checkpoint', published?.size ?? 0);
    const all = [];
    for (let index = 0; index * 256 < tree.size; index += 1) {
      const isWhole = (index + 1) * 256 <= (published?.size ?? 0);
      const width = isWhole ? 256 : Math.min(256, tree.size - index * 256);
      const tile = isWhole
        ? decodeEntries(blobs.get(tilePath('entries', index, 256)) ?? Buffer.alloc(0))
        : Array.from({ length: width }, (_, at) =>
            rows.get(`n:${String(index * 256 + at).padStart(12, '0')}`),
          ).map((row) => open(row) && Buffer.from(jsonOf(row)));
      const isSound =
        tile?.length === width &&
        tile.every(
          (entry) =>
            entry && has(parse(entry.toString('utf8')), ENTRY) && parse(entry.toString('utf8')).v === 1,
        );
      if (!isSound) return fault('entries', index * 256);
      all.push(...tile.slice(0, tree.size - index * 256));
    }
    const leaves = all.map((entry) => sha('\0', entry));
    const root =
      tree.roots
        .map((hex) => Buffer.from(hex, 'hex'))
        .reduceRight((right, left) => (right ? node(left, right) : left), undefined) ?? sha();
    const isWhole = rootOf(leaves).equals(root) && leaves.length === tree.size;
    if (!isWhole) fault('entries', 0);
    else for (const at of unlikeTiles(all, leaves, published?.size ?? 0)) fault('tiles', at);
    const kept = notes.map((text) => openNote(text, origin, keys));
    if (kept.includes(undefined)) throw new Error('A kept checkpoint is not of this log or these keys');
    for (const { size, root: told } of [...kept, ...(counts ? [signed] : [])])
      if (size > leaves.length || !rootOf(leaves.slice(0, size)).equals(told))
        fault(kept.some((one) => one.size === size) ? 'anchor' : 'checkpoint', size);
    return isWhole ? all.map((entry) => JSON.parse(entry)) : undefined;
  }

  function unlikeTiles(all, leaves, size) {
    const unlike = new Set();
    const compare = (level, items, encode, span) => {
      for (let at = 0; at < items.length; at += 256) {
        const part = items.slice(at, at + 256);
        const bytes = Buffer.concat(part.flatMap(encode));
        if (blobs.get(tilePath(level, at / 256, part.length))?.equals(bytes) !== true) unlike.add(at * span);
      }
    };
    compare(
      'entries',
      all.slice(0, size),
      (entry) => [Buffer.of(entry.length >> 8, entry.length & 255), entry],
      1,
    );
    for (let level = 0, hashes = leaves.slice(0, size); hashes.length > 0; level += 1) {
      compare(level, hashes, (hash) => [hash], 256 ** level);
      hashes = Array.from({ length: Math.floor(hashes.length / 256) }, (_, at) =>
        rootOf(hashes.slice(at * 256, at * 256 + 256)),
      );
    }
    return [...unlike].sort((a, b) => a - b);
  }

  function verifySubjects() {
    const left = new Map();
    for (const entry of entries ?? []) {
      const name = `${entry.key}/${entry.subject}`;
      left.set(name, [...(left.get(name) ?? []), entry]);
    }
    const prefix = `${lines[0].organization}:`;
    const ofLedgers = [...tables.ledger]
      .filter(([, subject]) => subject.has('state'))
      .map(([partition]) => partition.slice(prefix.length));
    const ofLog = [...rows.keys()].filter((key) => key.startsWith('s:')).map((key) => key.slice(2));
    const found = [...new Set([...ofLedgers, ...ofLog])].flatMap((subject) => {
      const names = keys.map(
        (key) => `${key.id}/${mac(key.log, `subject\n${subject}`).toString('hex').slice(0, 32)}`,
      );
      const own = names.flatMap((name) => left.get(name) ?? []);
      for (const name of names) left.delete(name);
      const fault = faultOf(subject, tables.ledger.get(prefix + subject) ?? new Map(), own);
      return fault === undefined ? [] : [[subject, fault]];
    });
    for (const [name, [first]] of left) found.push([`unknown:${name.split('/')[1]}`, `missing ${first.seq}`]);
    found.push(...policyFaults(tables.ledger.get(`${prefix}organization:organization`) ?? new Map()));
    for (const [subject, fault] of found.sort(([a], [b]) => (a < b ? -1 : 1)))
      faults.push(`${subject} ${fault}`);
  }

  function recordsOf(stored) {
    const [records, edited] = [[], []];
    for (const [rowKey, row] of [...stored].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (rowKey === 'state') continue;
      const record = fits('ledger', row) ? parse(jsonOf(row)) : undefined;
      const isRecord =
        has(record, RECORD) &&
        isObject(record.facts) &&
        `e:${String(record.seq).padStart(10, '0')}` === rowKey;
      if (isRecord) records.push(record);
      else edited.push(Number(rowKey.slice(2)) || 0);
    }
    return { records, edited };
  }

  function policyFaults(stored) {
    const named = new Map();
    for (const { kind, seq, facts } of recordsOf(stored).records)
      if (kind === 'policy-changed' && !named.has(facts.to)) named.set(facts.to, seq);
    return [...named].flatMap(([hash, seq]) => {
      const text = policies.get(hash);
      if (text !== undefined && sha(text).toString('hex') === hash) return [];
      return [[`policy:${hash}`, `${text === undefined ? 'missing' : 'edited'} ${seq}`]];
    });
  }

  function faultOf(subject, stored, own) {
    const state = stored.get('state');
    const { records, edited } = recordsOf(stored);
    const place = rows.get(`s:${subject}`);
    const placed = place === undefined ? 0 : open(place)?.seq;
    const last = Math.max(0, ...records.map(({ seq }) => seq), ...edited);
    const logged = Math.max(0, ...own.map(({ seq }) => seq));
    const known = Math.max(logged, placed ?? 0);
    if (state === undefined)
      return Math.max(last, known) > 0 ? `state-missing ${Math.max(last, known)}` : undefined;
    const { evidenceSeq: end, evidenceHash } = state;
    if (
      !has(state, { evidenceSeq: 'number', evidenceHash: 'string' }) ||
      !fits('ledger', state, `${end}:${evidenceHash}`)
    )
      return `state-edited ${last}`;
    const forged = edited.filter((seq) => seq > end);
    if (forged.length > 0) return `forged ${Math.min(...forged)}`;
    if (Math.max(last, known) > end) return `put-back ${end + 1}`;
    const [kind, at] = faultInChain(records, end, evidenceHash) ?? ['', Infinity];
    if (edited.length > 0 && Math.min(...edited) <= at) return `edited ${Math.min(...edited)}`;
    if (kind !== '') return `${kind} ${at}`;
    const other = own.find((entry) => {
      const key = keys.find(({ id }) => id === entry.key);
      return (
        records[entry.seq - 1] === undefined ||
        mac(key.log, `record\n${subject}\n${records[entry.seq - 1].hash}`).toString('hex') !== entry.record
      );
    });
    if (other !== undefined) return `edited ${other.seq}`;
    if (placed === undefined || (entries !== undefined && (placed !== logged || own.length !== logged)))
      return `place ${known}`;
    return undefined;
  }
}

function faultInChain(records, end, endHash) {
  let [seq, before] = [0, ''];
  for (const { hash, ...linked } of records) {
    if (linked.seq !== seq + 1) return ['missing', seq + 1];
    seq = linked.seq;
    if (linked.previousHash !== before || sha(canonical(linked)).toString('hex') !== hash)
      return ['edited', seq];
    before = hash;
  }
  if (seq < end) return ['missing', seq + 1];
  return before === endHash ? undefined : ['edited', seq];
}

async function main([file, ...kept]) {
  const lines = [];
  for await (const line of createInterface({ input: file === '-' ? process.stdin : createReadStream(file) }))
    if (line !== '') lines.push(JSON.parse(line));
  if (lines[0]?.type !== 'export' || lines[0].v !== 1)
    throw new Error('This is no export of evidence, version 1');
  const faults = verifyExport(
    lines,
    process.env.EVIDENCE_KEY ?? '',
    kept.map((name) => readFileSync(name, 'utf8')),
  );
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`verify-evidence: ${error.message}\n`);
  process.exitCode = 2;
});
