import { beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { sandboxEvidenceKeys } from '../../../../sandbox/evidence-key';
import { runAudit } from '../../../../shared/access/audit/run-audit';
import { verifyPolicies } from '../../../../shared/access/ledger/organization/policy-versions';
import { isVersionOfNight, proveNight } from '../../../../shared/access/ledger/prove-night';
import { toFaultLines, verifyEvidenceOf } from '../../../../shared/access/ledger/verify-evidence';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { compareReports } from '../../../../shared/domain/audit/report';
import { LONGEST_POLICY_BYTES } from '../../../../shared/domain/policy';
import { createEvidenceLog } from '../../../../shared/storage/evidence/evidence-log';
import { createPolicyArchive } from '../../../../shared/storage/evidence/policy-archive';
import { createLedgerStore } from '../../../../shared/storage/ledger';
import type { StorageAccount } from '../../../../shared/storage/storage-account';
import { errorOf } from '../../../fakes/error-of';
import { rewritten } from '../../../fakes/sealed-row';
import { openDyingStorage, type Death } from '../../../fixtures/dying-storage';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';
import { ACME, depsOn } from '../../../tamper/organization';
import { useWorlds } from '../world';
import { policyText, putPolicy, startPolicyProcess } from '../../../fixtures/policy-process';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let storage: StorageAccount;
let nowMs: number;
beforeEach(() => {
  storage = openMemoryStorage();
  nowMs = Date.parse('2026-03-02T02:00:00Z');
});

const start = (on: StorageAccount = storage, lateMs = 0) =>
  startPolicyProcess(on, { now: () => nowMs + lateMs });
const put = async (text: string, metadata?: Record<string, string>) => putPolicy(storage, text, metadata);
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Two organizations; `group` is what differs between versions. */
const version = (group: string): string => policyText({ acme: { groups: { [group]: {} } }, globex: {} });
const [A, B] = [version('Finance'), version('Payroll')];

async function recorded(alias: string) {
  const { records } = await createLedgerStore(storage).evidence(organizationSubject(alias));
  return records.filter(({ kind }) => kind === 'policy-changed');
}
/** From and to of each record, as the letters of versions. */
async function steps(alias: string, versions: Readonly<Record<string, string>> = { A, B }) {
  const letters = new Map(Object.entries(versions).map(([letter, text]) => [hashOf(text), letter]));
  return (await recorded(alias)).map(
    ({ facts }) =>
      `${letters.get(String(facts['from'])) ?? ''}>${letters.get(String(facts['to'])) ?? String(facts['to'])}`,
  );
}
const archived = async (text: string) => createPolicyArchive(storage).read(hashOf(text));
async function stateRow(alias: string) {
  return (await storage.table('ledger')).getEntity(`${alias}:organization:organization`, 'state');
}
const inForce = async (process: ReturnType<typeof start>): Promise<string> => {
  const { hash } = await process.policy();
  return hash === hashOf(A) ? 'A' : hash === hashOf(B) ? 'B' : hash;
};

describe('a version that comes into force', () => {
  it('is archived, recorded with where it is from, and in the log of each organization', async () => {
    await put(A, { Author: 'ana', commit: 'c0ffee', password: 'x' });
    const process = start();
    expect(await inForce(process)).toBe('A');
    expect(await archived(A)).toEqual({ kind: 'sound', text: A });
    for (const alias of ['acme', 'globex']) {
      expect(await recorded(alias)).toMatchObject([
        {
          seq: 1,
          atMs: nowMs,
          policyHash: hashOf(A),
          facts: {
            to: hashOf(A),
            origin: {
              kind: 'blob',
              name: 'policy/policy.yaml',
              etag: expect.stringMatching(/^"\d+"$/) as unknown,
              said: { author: 'ana', commit: 'c0ffee' },
            },
          },
        },
      ]);
      const log = createEvidenceLog(storage, async () => sandboxEvidenceKeys);
      expect(await log.headOf(organizationSubject(alias))).toMatchObject({ seq: 1 });
    }
    expect(JSON.stringify(await recorded('acme'))).not.toContain('password');
    expect(process.told).toEqual(
      ['acme', 'globex'].map((organization) => ({
        event: 'policy-changed',
        organization,
        from: '',
        to: hashOf(A),
      })),
    );
  });

  it('is on record once, whatever starts again, and costs one read per organization then', async () => {
    await put(A);
    await start().policy();
    const counted = openDyingStorage(storage);
    await start(counted).policy();
    expect(counted.calls).toEqual({ writes: 0, reads: 4 });
    expect(await steps('acme')).toEqual(['>A']);
  });

  it('costs nothing more, however often it is asked for', async () => {
    await put(A);
    const counted = openDyingStorage(storage);
    const process = start(counted);
    await process.policy();
    const { writes, reads } = counted.calls;
    for (let event = 0; event < 1_000; event += 1) await process.policy();
    expect(counted.calls).toEqual({ writes, reads });
    nowMs += MINUTE_MS;
    await process.policy();
    // The file is looked at once a minute, whatever comes in.
    expect(counted.calls).toEqual({ writes, reads: reads + 2 });
  });

  it('says what it changes of each organization', async () => {
    await put(A);
    await start().policy();
    await put(B);
    await start().policy();
    const [, acme] = await recorded('acme');
    expect(acme?.facts).toMatchObject({
      from: hashOf(A),
      to: hashOf(B),
      changed: [
        { section: 'groups', name: 'Finance', change: 'removed' },
        { section: 'groups', name: 'Payroll', change: 'added' },
      ],
    });
    const [, globex] = await recorded('globex');
    expect(globex?.facts).toMatchObject({ from: hashOf(A), to: hashOf(B), changed: [] });
  });

  it('is on record each time it comes back', async () => {
    const process = start();
    for (const text of [A, B, A]) {
      await put(text);
      await process.policy();
      nowMs += MINUTE_MS;
    }
    expect(await steps('acme')).toEqual(['>A', 'A>B', 'B>A']);
  });

  it('is not on record where it is not valid', async () => {
    await put(A);
    const process = start();
    await process.policy();
    const invalid = B.replace('"version":1', '"version":2');
    await put(invalid);
    nowMs += MINUTE_MS;
    expect(await inForce(process)).toBe('A');
    expect(process.faults).toEqual(['policy-invalid']);
    expect(await steps('acme')).toEqual(['>A']);
    expect(await archived(invalid)).toEqual({ kind: 'missing' });
  });

  it('is not put on record again by a process that cannot read the newer one', async () => {
    await put(A);
    const other = start();
    await other.policy();
    await put(B);
    await start().policy();
    await put('{');
    for (let hour = 0; hour < 3; hour += 1) {
      nowMs += HOUR_MS;
      expect(await inForce(other)).toBe('A');
    }
    expect(await steps('acme')).toEqual(['>A', 'A>B']);
  });

  it('is on record once where several processes see it at once', async () => {
    await put(A);
    const processes = Array.from({ length: 6 }, (_, at) => start(storage, at));
    await Promise.all(processes.map(async ({ policy }) => policy()));
    await put(B);
    nowMs += MINUTE_MS;
    await Promise.all(processes.map(async ({ policy }) => policy()));
    expect(await steps('acme')).toEqual(['>A', 'A>B']);
    expect(await steps('globex')).toEqual(['>A', 'A>B']);
    const lines = processes.flatMap(({ told }) => told).filter(({ organization }) => organization === 'acme');
    expect(lines.map(({ event }) => event)).toEqual(['policy-changed', 'policy-changed']);
  });

  it('may be as large as a policy may be', async () => {
    const groups = Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`Group ${at}`, {}]));
    const filled = (more: object): string => policyText({ acme: { groups: { ...groups, ...more } } });
    const large = filled({});
    const whole = `${large}${' '.repeat(LONGEST_POLICY_BYTES - Buffer.byteLength(large))}`;
    await put(policyText({ acme: {} }));
    await start().policy();
    await put(whole);
    await start().policy();
    expect(Buffer.byteLength(whole)).toBe(LONGEST_POLICY_BYTES);
    expect(await archived(whole)).toEqual({ kind: 'sound', text: whole });
    const [, acme] = await recorded('acme');
    expect(acme?.facts).toMatchObject({ to: hashOf(whole), more: 8_950 });
    expect(acme?.facts['changed']).toHaveLength(50);
  });

  it('is seen whatever the clock does', async () => {
    await put(A);
    const process = start();
    await process.policy();
    await put(B);
    nowMs -= 400 * 24 * HOUR_MS;
    expect(await inForce(process)).toBe('B');
    await put(A);
    nowMs += 800 * 24 * HOUR_MS;
    expect(await inForce(process)).toBe('A');
    expect((await recorded('acme')).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });
});

describe('organizations that come and go', () => {
  const [ALONE, BOTH] = [policyText({ acme: {} }), policyText({ acme: {}, globex: {} })];

  it('have it on record that they are named no more, and that they are again', async () => {
    for (const text of [BOTH, ALONE, BOTH]) {
      await put(text);
      await start().policy();
    }
    expect(await steps('globex', { ALONE, BOTH })).toEqual(['>BOTH', 'BOTH>ALONE', 'ALONE>BOTH']);
    expect((await recorded('globex')).map(({ facts }) => facts['changed'])).toEqual([
      undefined,
      [{ section: 'organization', change: 'removed' }],
      [{ section: 'organization', change: 'added' }],
    ]);
    const log = createEvidenceLog(storage, async () => sandboxEvidenceKeys);
    expect(await log.headOf(organizationSubject('globex'))).toMatchObject({ seq: 3 });
  });
});

describe('a process that dies', () => {
  const [BEFORE, AFTER] = [policyText({ acme: {}, gone: {} }), policyText({ acme: {}, globex: {} })];
  const versions = { BEFORE, AFTER };

  async function dyingAt(death: Death | undefined): Promise<number> {
    storage = openMemoryStorage();
    await put(BEFORE);
    await start().policy();
    await put(AFTER);
    const dying = openDyingStorage(storage, death);
    await Promise.allSettled([start(dying).policy()]);
    await start().policy();
    expect(await archived(AFTER)).toEqual({ kind: 'sound', text: AFTER });
    expect(await steps('acme', versions)).toEqual(['>BEFORE', 'BEFORE>AFTER']);
    expect(await steps('gone', versions)).toEqual(['>BEFORE', 'BEFORE>AFTER']);
    expect(await steps('globex', versions)).toEqual(['>AFTER']);
    return dying.calls.writes;
  }

  it('leaves nothing out and nothing twice, at whichever write it was', async () => {
    const writes = await dyingAt(undefined);
    expect(writes).toBe(8);
    for (let at = 1; at <= writes; at += 1) {
      await dyingAt({ at, isDone: false });
      await dyingAt({ at, isDone: true });
    }
  });

  it('leaves no version on record that never came into force', async () => {
    await put(A);
    const other = start();
    await other.policy();
    await put(B);
    const dying = openDyingStorage(storage, { at: 2, isDone: true });
    await errorOf(async () => start(dying).policy());
    expect([...(await steps('acme')), ...(await steps('globex'))]).toContain('A>B');
    await put(A);
    for (let minute = 0; minute < 60; minute += 1) {
      nowMs += MINUTE_MS;
      await other.policy();
    }
    for (const alias of ['acme', 'globex']) expect((await steps(alias)).at(-1)).toMatch(/>A$/);
  });
});

describe('storage that fails', () => {
  it('leaves the version before in force, until it works again', async () => {
    await put(A);
    let at = Number.POSITIVE_INFINITY;
    const failing = openDyingStorage(storage, {
      get at() {
        return at;
      },
      isDone: false,
    });
    const process = start(failing);
    await process.policy();
    await put(B);
    nowMs += MINUTE_MS;
    at = failing.calls.writes + 1;
    expect(await inForce(process)).toBe('A');
    expect(process.faults).toEqual(['storage-unavailable']);
    expect(await archived(B)).toEqual({ kind: 'missing' });
    expect(await steps('acme')).toEqual(['>A']);
    at = Number.POSITIVE_INFINITY;
    nowMs += MINUTE_MS;
    expect(await inForce(process)).toBe('B');
    expect(await steps('acme')).toEqual(['>A', 'A>B']);
  });

  it('keeps a process from beginning under a version that is on no record', async () => {
    await put(A);
    let at = 1;
    const failing = openDyingStorage(storage, {
      get at() {
        return at;
      },
      isDone: false,
    });
    const process = start(failing);
    expect(await errorOf(process.policy)).toMatchObject({ code: 'storage-unavailable' });
    at = failing.calls.writes + 1;
    expect((await process.asRead()).hash).toBe(hashOf(A));
    expect(process.told).toEqual([]);
    expect(await steps('acme')).toEqual([]);
  });

  it('records the version before again where only some organizations have the new one', async () => {
    await put(A);
    let at = Number.POSITIVE_INFINITY;
    const failing = openDyingStorage(storage, {
      get at() {
        return at;
      },
      isDone: true,
    });
    const process = start(failing);
    await process.policy();
    await put(B);
    nowMs += MINUTE_MS;
    // The archive, and the record of one of them.
    at = failing.calls.writes + 2;
    expect(await inForce(process)).toBe('A');
    at = Number.POSITIVE_INFINITY;
    await put(A);
    nowMs += MINUTE_MS;
    expect(await inForce(process)).toBe('A');
    const [acme, globex] = [await steps('acme'), await steps('globex')];
    expect(acme.length + globex.length).toBe(4);
    for (const each of [acme, globex]) expect(each.at(-1)).toMatch(/>A$/);
  });
});

describe('an organization whose records are damaged', () => {
  it.each(['does not say where it ends', 'is removed', 'has a record beyond its end'])(
    'keeps no other from the version, and has it on record once they are mended: its ledger %s',
    async (damage) => {
      await put(A);
      await start().policy();
      const row = await stateRow('acme');
      const table = await storage.table('ledger');
      const beyond = { partitionKey: String(row.partitionKey), rowKey: 'e:0000000002' };
      if (damage === 'is removed') await table.deleteEntity(beyond.partitionKey, 'state');
      else if (damage === 'has a record beyond its end') await table.createEntity({ ...beyond, json0: '{}' });
      else await table.upsertEntity({ ...row, evidenceSeq: 'x' } as never, 'Replace');
      await put(B);
      const process = start();
      expect(await inForce(process)).toBe('B');
      expect(process.told).toContainEqual({
        event: 'policy-unrecorded',
        organization: 'acme',
        to: hashOf(B),
        code: 'record-unreadable',
      });
      expect(await steps('globex')).toEqual(['>A', 'A>B']);
      if (damage === 'has a record beyond its end')
        await table.deleteEntity(beyond.partitionKey, beyond.rowKey);
      else await table.upsertEntity(row as never, 'Replace');
      nowMs += HOUR_MS;
      await process.policy();
      expect(await steps('acme')).toEqual(['>A', 'A>B']);
    },
  );

  it('has a version on record once where its ledger lost what it said of it', async () => {
    await put(A);
    await start().policy();
    const row = await stateRow('acme');
    const table = await storage.table('ledger');
    await table.upsertEntity(
      (await rewritten('ledger', row as never, { lastAudit: null })) as never,
      'Replace',
    );
    await start().policy();
    expect(await steps('acme')).toEqual(['>A']);
    await table.upsertEntity((await rewritten('ledger', row as never, { lastAudit: 7 })) as never, 'Replace');
    await start().policy();
    expect(await steps('acme')).toEqual(['>A']);
    await put(B);
    await start().policy();
    expect(await steps('acme')).toEqual(['>A', 'A>B']);
  });
});

describe('the archive', () => {
  const blobOf = async (text: string) =>
    (await storage.container('policy-archive')).getBlockBlobClient(`${hashOf(text)}.yaml`);
  const prove = async () => {
    nowMs += 24 * HOUR_MS;
    return proveNight(depsOn(storage), ACME, { nowMs, mayGoOn: () => undefined });
  };
  beforeEach(async () => {
    for (const text of [A, B, A]) {
      await put(text);
      await start().policy();
    }
  });

  it('leaves a version as it is that is there already, and says that it is edited or gone', async () => {
    const blob = await blobOf(B);
    await blob.uploadData(Buffer.from(`${B} `));
    await put(B);
    await start().policy();
    expect(await archived(B)).toEqual({ kind: 'edited' });
    await put(A);
    await start().policy();
    const last = (await recorded('acme')).at(-1);
    expect(last?.facts).toMatchObject({ from: hashOf(B), to: hashOf(A) });
    expect(last?.facts).not.toHaveProperty('changed');
    await blob.uploadData(Buffer.alloc(LONGEST_POLICY_BYTES + 1, 'x'));
    const counted = openDyingStorage(storage);
    expect(await createPolicyArchive(counted).read(hashOf(B))).toEqual({ kind: 'edited' });
    expect(counted.calls.reads).toBe(1);
    await blob.deleteIfExists();
    expect(await archived(B)).toEqual({ kind: 'missing' });
  });

  it.each<[kind: string, change: (text: string) => Promise<unknown>]>([
    ['edited', async (text) => (await blobOf(text)).uploadData(Buffer.from(text.replace('acme', 'akme')))],
    ['edited', async (text) => (await blobOf(text)).uploadData(Buffer.alloc(0))],
    ['edited', async (text) => (await blobOf(text)).uploadData(Buffer.alloc(LONGEST_POLICY_BYTES + 1, 'x'))],
    ['missing', async (text) => (await blobOf(text)).deleteIfExists()],
  ])('is found %s by the night and by the verification', async (kind, change) => {
    expect(await prove()).toMatchObject({
      faults: [],
      policyChanges: [{ to: hashOf(A) }, { to: hashOf(B) }, { from: hashOf(B), to: hashOf(A) }],
    });
    await change(A);
    await change(B);
    expect((await prove()).faults).toEqual([
      { subject: `policy:${hashOf(A)}`, kind, at: 1 },
      { subject: `policy:${hashOf(B)}`, kind, at: 2 },
    ]);
    expect(toFaultLines(await verifyEvidenceOf(depsOn(storage), ACME))).toEqual(
      [`policy:${hashOf(A)} ${kind} 1`, `policy:${hashOf(B)} ${kind} 2`].toSorted(),
    );
    await (await blobOf(A)).uploadData(Buffer.from(A));
    await (await blobOf(B)).uploadData(Buffer.from(B));
    expect((await prove()).faults).toEqual([]);
  });

  it('is looked at as to the newest fifty each night, and to each other version once a month', async () => {
    const asked: string[] = [];
    const archive = {
      read: async (hash: string) => {
        asked.push(hash);
        return { kind: 'sound', text: '' } as const;
      },
    };
    const changes = Array.from({ length: 70 }, (_, at) => ({
      seq: at + 1,
      atMs: at,
      to: String(at).padStart(64, '0'),
      origin: { kind: 'file', name: 'p' } as const,
    }));
    const nightsAsked = new Map<string, number>();
    for (let night = 0; night < 30; night += 1) {
      asked.length = 0;
      await verifyPolicies({ policyArchive: archive }, changes, (hash, newer) =>
        isVersionOfNight(hash, newer, night),
      );
      for (const hash of asked) nightsAsked.set(hash, (nightsAsked.get(hash) ?? 0) + 1);
    }
    expect(changes.map(({ to }) => nightsAsked.get(to))).toEqual([
      ...Array.from({ length: 20 }, () => 1),
      ...Array.from({ length: 50 }, () => 30),
    ]);
  });
});

describe('an audit', () => {
  const begin = useWorlds();

  it('tells in its report which versions came into force', async () => {
    const { engine, alias } = await begin();
    const texts = [A, B].map((text) => text.replaceAll('acme', alias));
    let { policy } = engine.app;
    for (const text of texts) {
      await putPolicy(engine.storage, text);
      ({ policy } = startPolicyProcess(engine.storage, engine.clock));
      await policy();
    }
    const deps = {
      ...engine.app,
      policy,
      policyLookedAgain: policy,
      uipath: engine.app.auditUiPath,
    };
    const told = async (night: string) => runAudit(deps, { organization: alias, night });
    const first = await told('202603020200');
    expect(first?.policyChanges).toMatchObject([
      { seq: 1, to: hashOf(texts[0] ?? '') },
      { seq: 2, from: hashOf(texts[0] ?? ''), changed: [{ name: 'Finance' }, { name: 'Payroll' }] },
    ]);
    expect((await engine.app.reports.read(alias, '202603020200'))?.policyChanges).toHaveLength(2);
    const archive = await engine.storage.container('policy-archive');
    await archive.getBlockBlobClient(`${hashOf(texts[0] ?? '')}.yaml`).deleteIfExists();
    engine.clock.advance(24 * HOUR_MS);
    const second = await told('202603030200');
    expect(second?.findings.filter(({ check }) => check === 'evidence-broken')).toMatchObject([
      { subject: { subject: `policy:${hashOf(texts[0] ?? '')}`, kind: 'missing' }, severity: 'critical' },
    ]);
    expect(second === undefined ? undefined : compareReports(first, second).policyChanges).toEqual([]);
  });
});
