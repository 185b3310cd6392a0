import { beforeEach, describe, expect, it } from '@jest/globals';
import { remediateAndStoreAuditResult } from '../../../../shared/access/audit/remediate-and-store-audit-result';
import { reportWithoutJudgement } from '../../../../shared/access/audit/report-without-judgement';
import { createOwnRecords } from '../../../../shared/access/ledger/organization/version-in-force';
import { NOT_JUDGED, type AuditReport } from '../../../../shared/domain/audit/report';
import { NEW_ORGANIZATION_LEDGER } from '../../../../shared/domain/ledger/organization-ledger';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { createLedgerStore } from '../../../../shared/storage/ledger';
import type { StorageAccount } from '../../../../shared/storage/storage-account';
import { finding, report } from '../../../fixtures/audit-reports';
import { anOrganization } from '../../../fixtures/builders/organizations';
import { keyHolder } from '../../../fixtures/key-holder';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';

const HERE = 'a3'.repeat(32);
const OTHER = 'b4'.repeat(32);
const NOW_MS = Date.UTC(2026, 10, 22, 2, 31);
const clock = { now: () => NOW_MS };
const acme = anOrganization({ alias: 'acme' });
const organization = {
  ...acme,
  audit: { ...acme.audit, remediate: new Set(['member-without-reason'] as const) },
};
const ASKED = finding({
  state: 'new',
  remediation: {
    planHash: 'p',
    status: 'proposed',
    group: 'automation developers',
    groupId: 'g',
    add: [],
    remove: ['m'],
  },
});

let storage: StorageAccount;
beforeEach(() => {
  storage = openMemoryStorage();
});

const own = async () => (await createLedgerStore(storage).read(organizationSubject('acme')))?.value;

/** Stores a decided night while this version is on record; which plans were released, and what was saved. */
async function store(decided: AuditReport, { onRecord = HERE, policyHash = HERE } = {}) {
  const ledger = createLedgerStore(storage);
  const subject = organizationSubject('acme');
  const read = await ledger.read(subject);
  await ledger.write(
    subject,
    { ...(read?.value ?? NEW_ORGANIZATION_LEDGER), policyHash: onRecord },
    read,
    [],
  );
  const released: string[] = [];
  const saved = await remediateAndStoreAuditResult(
    {
      ledger,
      ownRecords: createOwnRecords({ ledger, clock }),
      findings: { save: async () => undefined, forget: async () => undefined },
      reports: { read: async () => undefined, save: async () => undefined },
      holds: { put: async (_, { hash }) => void released.push(hash) },
      changes: { mark: async () => undefined, bookRun: async () => undefined },
      queues: { enqueueChanges: async () => undefined },
      clock,
      log: () => undefined,
    },
    { organization, policyHash },
    { report: decided, forgotten: [] },
  );
  return { released: released.length, status: saved.findings[0]?.remediation?.status };
}

describe('what a version releases by itself', () => {
  it.each([
    ['is released by the version that judged', HERE, HERE, 1, 'applied'],
    ['waits where another version came into force elsewhere since', OTHER, HERE, 0, 'proposed'],
    ['waits where the night goes on under another version of this process', OTHER, OTHER, 0, 'proposed'],
  ])('%s', async (_, onRecord, policyHash, released, status) => {
    const decided = report({ policyHash: HERE, findings: [ASKED] });
    expect(await store(decided, { onRecord, policyHash })).toEqual({ released, status });
  });
});

describe('a night under a version that is not in force', () => {
  it('leaves what happened before it to the next night that looks', async () => {
    await store(report({ night: '1', startedAtMs: 1_000 }));
    await store(report({ night: '2', startedAtMs: 2_000, unknown: [NOT_JUDGED] }), { onRecord: OTHER });
    expect((await own())?.lastAudit).toMatchObject({ night: '2', startedAtMs: 1_000 });
    await store(report({ night: '3', startedAtMs: 3_000, unknown: [{ part: 'rules', code: 'x' }] }));
    expect((await own())?.lastAudit).toMatchObject({ night: '3', startedAtMs: 3_000 });
  });

  it('tells of a pause', async () => {
    const ledger = createLedgerStore(storage);
    const paused = { sinceMs: 1, atMs: 1, by: keyHolder('Maria Lead'), reason: 'wrong export' };
    await ledger.write(organizationSubject('acme'), { ...NEW_ORGANIZATION_LEDGER, paused }, undefined, []);
    const night = await reportWithoutJudgement(
      {
        ledger,
        pauses: { get: async () => undefined },
        changes: { listMarks: async () => [] },
        findings: { list: async () => [ASKED] },
        clock,
      },
      { policy: { hash: HERE, organizations: new Map(), sources: [] }, organization, night: '202611220200' },
      { startedAtMs: NOW_MS },
    );
    expect(night.report).toMatchObject({
      result: 'red',
      paused: { reason: 'wrong export' },
      unknown: [NOT_JUDGED],
    });
  });
});
