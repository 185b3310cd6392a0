import { describe, expect, it } from '@jest/globals';
import { requestRemediation } from '../../../../shared/access/ledger/request-remediation';
import type { FindingRecord } from '../../../../shared/domain/audit/finding';
import { verifyEvidence } from '../../../../shared/domain/ledger/evidence';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { createHoldStore } from '../../../../shared/storage/holds';
import { createLedgerStore } from '../../../../shared/storage/ledger';
import { newName, useStorage } from '../../../fakes/test-storage';
import { anOrganization } from '../../../fixtures/builders/organizations';
import { BY_POLICY } from '../../../../shared/domain/decider';

const storage = useStorage();
const GROUP_ID = '00000000-0000-0000-0000-000000000001';

function aFinding(index: number): FindingRecord {
  const memberId = `11111111-0000-0000-0000-${String(index).padStart(12, '0')}`;
  return {
    id: String(index).padStart(16, '0'),
    check: 'member-without-reason',
    severity: 'high',
    subject: { group: 'developers', memberId, groupId: GROUP_ID },
    state: 'new',
    firstSeenMs: 1,
    lastSeenMs: 1,
    remediation: {
      planHash: 'a'.repeat(64),
      status: 'proposed',
      group: 'developers',
      groupId: GROUP_ID,
      add: [],
      remove: [memberId],
    },
  };
}

describe('the remediation of 5,000 findings', () => {
  it('is released with evidence of each of them, and held together', async () => {
    const ledger = createLedgerStore(storage());
    const holds = createHoldStore(storage());
    const alias = newName('acme');
    const booked: string[] = [];
    const findings = Array.from({ length: 5_000 }, (_, index) => aFinding(index));
    await requestRemediation(
      {
        ledger,
        holds,
        changes: { mark: async () => undefined, bookRun: async () => 'booking' },
        queues: {
          enqueueChanges: async ({ organization }) => {
            booked.push(organization);
          },
        },
        clock: { now: () => 1_000 },
      },
      anOrganization({ alias }),
      { by: BY_POLICY, policyHash: 'p' },
      findings,
    );
    const { records, head } = await ledger.evidence(organizationSubject(alias));
    expect(verifyEvidence(records, head)).toBeUndefined();
    expect(new Set(records.map(({ kind }) => kind))).toEqual(new Set(['remediation-released']));
    expect(records.flatMap(({ facts }) => facts['findings'])).toEqual(findings.map(({ id }) => id));
    const [hold] = await holds.list(alias, 'released');
    expect(hold?.removals).toHaveLength(5_000);
    expect(records.every(({ facts }) => facts['planHash'] === hold?.hash)).toBe(true);
    expect(booked).toEqual([alias]);
  });
});
