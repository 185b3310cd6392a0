import { describe, expect, it } from '@jest/globals';
import { toCheckInput } from '../../../../../shared/domain/audit/check-input';
import { memberNameOf } from '../../../../../shared/domain/audit/checks/member-names';
import type { Snapshot } from '../../../../../shared/domain/audit/snapshot';
import { anAudit, aPerson, aUser, known, told, UNKNOWN } from '../../../../fixtures/builders/audits';

describe('the name behind a directory id', () => {
  const application = { clientId: 'c', memberId: 'm1', name: 'Invoices', scopes: [], secretEndsMs: [] };
  const everywhere: Partial<Snapshot> = {
    users: known(new Map([['m1', aUser('m1', { email: 'user@acme.example' })]])),
    breakGlass: new Map([['glass@acme.example', known({ memberId: 'm1', lastSignInMs: undefined })]]),
    ...told({ 'admin@acme.example': 'm1' }, { m1: 'told@acme.example' }),
    robots: known(new Map([['m1', 'a robot']])),
    applications: known([{ ...application, memberId: undefined }, application]),
  };
  it.each<[string, Partial<Snapshot>, Readonly<Record<string, string>>]>([
    ['the list of users', {}, { name: 'user@acme.example' }],
    ['the agreed administrators', { users: UNKNOWN }, { name: 'admin@acme.example' }],
    ['the accounts for emergencies', { users: UNKNOWN, ...told({}, {}) }, { name: 'glass@acme.example' }],
    [
      'the directory',
      { users: UNKNOWN, breakGlass: new Map(), ...told({}, { m1: 'told@acme.example' }) },
      { name: 'told@acme.example' },
    ],
    [
      'the robot accounts',
      { users: UNKNOWN, breakGlass: new Map(), directory: UNKNOWN },
      { name: 'a robot', kind: 'robot-account' },
    ],
    [
      'the applications',
      { users: UNKNOWN, breakGlass: new Map(), directory: UNKNOWN, robots: undefined },
      { name: 'Invoices', kind: 'application' },
    ],
    [
      'nobody',
      { users: UNKNOWN, breakGlass: new Map(), directory: UNKNOWN, robots: UNKNOWN, applications: UNKNOWN },
      {},
    ],
  ])('is told by %s', (_who, snapshot, words) => {
    expect(memberNameOf(toCheckInput(anAudit({ snapshot: { ...everywhere, ...snapshot } })), 'm1')).toEqual(
      words,
    );
  });

  it('is told by the ledger first of all', () => {
    const audit = toCheckInput(anAudit({ snapshot: everywhere, expected: { people: [aPerson()] } }));
    expect(memberNameOf(audit, 'm1')).toEqual({ name: 'ana@acme.example' });
  });
});
