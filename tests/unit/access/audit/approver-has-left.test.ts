import { describe, expect, it } from '@jest/globals';
import { readExpectedAccess } from '../../../../shared/access/audit/read-expected-access';
import { toCheckInput } from '../../../../shared/domain/audit/check-input';
import { checkAccountsAndPrivilegedMembers } from '../../../../shared/domain/audit/checks/check-accounts-and-privileged-members';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { DAY_MS, NOW_MS } from '../../../fixtures/builders/audits';
import { clean } from '../../../fixtures/builders/every-fault';
import { aGroup, groupsOf, OPEN_TO_ALL } from '../../../fixtures/builders/organizations';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const BEN = 'ben.lead@acme.example';
const OLD = 'ben.old@acme.example';
const by = (...approvers: readonly string[]) => ({ ...OPEN_TO_ALL, approvers: new Set(approvers) });

const word = (kind: 'joiner' | 'leaver', daysAgo: number) => ({
  id: `${kind}-${daysAgo}`,
  kind,
  occurredAtMs: NOW_MS - daysAgo * DAY_MS,
  effectiveAtMs: NOW_MS - daysAgo * DAY_MS,
  attributes: {},
  source: 'hr',
  workerId: 'w1',
});
const hired = word('joiner', 30);
const left = word('leaver', 3);

async function findingsOf(ledger: Partial<PersonLedger>): Promise<ReadonlyArray<readonly [string, string]>> {
  const organization = {
    ...clean.organization,
    groups: groupsOf(
      aGroup('Finance', { requests: by(BEN) }),
      aGroup('Treasury', { requests: by(BEN, 'olga@acme.example') }),
      aGroup('Open', { requests: OPEN_TO_ALL }),
      aGroup('Closed', { requests: undefined }),
    ),
    rules: { ...clean.organization.rules, requests: by(BEN, OLD) },
    accessPolicy: { requests: by(OLD), baseline: undefined },
  };
  const value = aPersonLedger({ email: BEN, ...ledger });
  const list = async function* () {
    yield { key: 'k', value };
  };
  const reading = { marks: [], nowMs: NOW_MS, leaverIds: new Map<string, string>() };
  const { people } = await readExpectedAccess({ list } as never, organization, reading);
  const audit = toCheckInput({ ...clean, organization, expected: { ...clean.expected, people } });
  return checkAccountsAndPrivilegedMembers(audit)
    .filter(({ check }) => check === 'approver-has-left')
    .map(({ subject }) => [subject['approver'] ?? '', subject['of'] ?? ''] as const);
}

describe('an approver whom the policy names', () => {
  const named = 'group Finance, group Treasury, rules';

  it.each<readonly [string, Partial<PersonLedger>, ReadonlyArray<readonly [string, string]>]>([
    ['and who has left', { timeline: [hired, left] }, [[BEN, named]]],
    [
      'and who has left under either address',
      { timeline: [hired, left], formerEmails: [OLD] },
      [
        [BEN, named],
        [OLD, 'rules, access policy'],
      ],
    ],
    [
      'under an address that is somebody else’s by now',
      { timeline: [hired, left], formerEmails: [OLD], handedOn: [OLD] },
      [[BEN, named]],
    ],
    ['and who works here', { timeline: [hired] }, []],
    ['and who is back', { timeline: [hired, left, word('joiner', 1)] }, []],
    ['and who leaves tomorrow', { timeline: [hired, word('leaver', -1)] }, []],
    ['and whom no source ever named', {}, []],
    ['while somebody else has left', { email: 'cara@acme.example', timeline: [hired, left] }, []],
  ])('%s', async (_who, ledger, expected) => {
    expect(await findingsOf(ledger)).toEqual(expected);
  });
});
