import { describe, expect, it } from '@jest/globals';
import { ADMINISTRATORS_GROUP_ID } from '../../../../../shared/domain/plan/hard-stops';
import type { Snapshot } from '../../../../../shared/domain/audit/snapshot';
import {
  aSnapshotGroup,
  aUser,
  DAY_MS,
  findingsOf,
  known,
  NOW_MS,
  UNKNOWN,
  policyOf,
  told,
} from '../../../../fixtures/builders/audits';
import { PLAIN_AUDIT } from '../../../../fixtures/builders/organizations';

describe('the checks of administrators', () => {
  const rules = {
    fewest: 2,
    most: 3,
    people: new Set(['m1@acme.example', 'm2@acme.example']),
    breakGlass: new Set(['glass@acme.example']),
  };
  const users = (...ids: readonly string[]): Snapshot['users'] =>
    known(new Map(ids.map((id) => [id, aUser(id)])));
  const glass = (lastSignInMs?: number): Snapshot['breakGlass'] =>
    new Map([['glass@acme.example', known({ memberId: 'glass', lastSignInMs })]]);
  const administrators = (...ids: readonly string[]): Partial<Snapshot> => ({
    administrators: known(
      aSnapshotGroup(
        ADMINISTRATORS_GROUP_ID,
        Object.fromEntries(ids.map((id) => [id, id === 'app' ? 'application' : 'user'])),
      ),
    ),
    users: users('m1', 'm2', 'm3', 'm4'),
    ...told({ 'm1@acme.example': 'm1', 'm2@acme.example': 'm2' }),
    breakGlass: glass(),
  });
  it.each<[string, Partial<Snapshot>, readonly string[]]>([
    ['as agreed', administrators('m1', 'glass'), []],
    ['at their most', administrators('m1', 'm2', 'glass'), []],
    ['too few', administrators('glass'), ['administrators-too-few 2 1']],
    [
      'too many',
      administrators('m1', 'm2', 'm3', 'glass'),
      ['administrator-unknown m3', 'administrators-too-many 3 4'],
    ],
    ['one whom nobody knows', administrators('glass', 'm1', 'zz'), ['administrator-unknown zz']],
    [
      'without the account for emergencies',
      administrators('m1', 'm2'),
      ['break-glass-missing glass@acme.example'],
    ],
    [
      'with one for emergencies that the directory does not know',
      { ...administrators('m1', 'm2'), breakGlass: new Map([['glass@acme.example', known(undefined)]]) },
      ['break-glass-missing glass@acme.example'],
    ],
    [
      'with one that was used',
      { ...administrators('m1', 'glass'), breakGlass: glass(NOW_MS - 6 * DAY_MS) },
      [`break-glass-used glass@acme.example ${new Date(NOW_MS - 6 * DAY_MS).toISOString()}`],
    ],
    [
      'with one that was used long ago',
      { ...administrators('m1', 'glass'), breakGlass: glass(NOW_MS - 8 * DAY_MS) },
      [],
    ],
    [
      'that could not be read',
      { ...administrators(), administrators: UNKNOWN },
      ['part-unknown administrators uipath-unavailable'],
    ],
    [
      'whose account for emergencies could not be read',
      { ...administrators('m1', 'm2'), breakGlass: new Map([['glass@acme.example', UNKNOWN]]) },
      ['part-unknown break-glass:glass@acme.example uipath-unavailable'],
    ],
  ])('%s', (_case, snapshot, findings) => {
    expect(findingsOf({ audit: { administrators: rules }, snapshot })).toEqual(findings);
  });

  const agreed = { 'm1@acme.example': 'm1', 'm2@acme.example': 'm2' };
  it.each<[string, Partial<Snapshot>, readonly string[]]>([
    ['by id, whom the list of users leaves out', { users: users(), ...told(agreed) }, []],
    ['by the list of users alone', told({ ...agreed, 'm2@acme.example': undefined }), []],
    [
      'by the address behind the id alone',
      { users: users(), ...told({ ...agreed, 'm2@acme.example': undefined }, { m2: 'm2@acme.example' }) },
      [],
    ],
    [
      'by nothing, when it may be somebody whom the directory does not tell',
      { users: users(), ...told({ ...agreed, 'm2@acme.example': undefined }, { m2: undefined }) },
      ['part-unknown address:m2 address-unknown'],
    ],
    [
      'by nothing, when the account for emergencies is not told either',
      {
        users: users(),
        ...told({ 'm1@acme.example': 'm1' }, { m2: undefined }),
        breakGlass: new Map([['glass@acme.example', known(undefined)]]),
      },
      [
        'break-glass-missing glass@acme.example',
        'part-unknown address:glass address-unknown',
        'part-unknown address:m2 address-unknown',
      ],
    ],
    [
      'as somebody else',
      { users: users(), ...told({ ...agreed, 'm2@acme.example': 'm7' }, { m2: undefined }) },
      ['administrator-unknown m2'],
    ],
    [
      'as somebody else, while another is not told',
      { users: users(), ...told({ ...agreed, 'm2@acme.example': undefined }, { m2: 'x@acme.example' }) },
      ['administrator-unknown m2'],
    ],
  ])('are known %s', (_how, snapshot, findings) => {
    const audit = { administrators: rules };
    expect(findingsOf({ audit, snapshot: { ...administrators('m1', 'm2', 'glass'), ...snapshot } })).toEqual(
      findings,
    );
  });

  it('are unknown as a group, which is none of the agreed people', () => {
    const group = aSnapshotGroup(ADMINISTRATORS_GROUP_ID, {
      m1: 'user',
      glass: 'user',
      g: 'directory-group',
    });
    const snapshot = {
      ...administrators(),
      administrators: known(group),
      ...told({ ...agreed, 'm2@acme.example': undefined }),
    };
    expect(findingsOf({ audit: { administrators: rules }, snapshot })).toEqual(['administrator-unknown g']);
  });

  it('count applications neither as too many nor as enough', () => {
    const found = findingsOf({
      audit: { administrators: { ...rules, people: undefined } },
      organization: {
        protectedPrincipals: new Set(['app']),
        audit: { ...PLAIN_AUDIT, administrators: { ...rules, people: undefined } },
      },
      snapshot: administrators('glass', 'app'),
    });
    expect(found).toEqual(['administrators-too-few 2 1']);
  });

  it('name an unknown administrator once where the policy lists the group as well', () => {
    const found = findingsOf({
      organization: {
        ...policyOf('Administrators', 'Developers'),
        protectedPrincipals: new Set(['m2']),
        audit: { ...PLAIN_AUDIT, administrators: rules },
      },
      snapshot: {
        ...administrators('m2', 'm9', 'glass'),
        groups: new Map([
          ['administrators', known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, ['m2', 'm9', 'glass']))],
        ]),
      },
    });
    expect(found).toEqual(['administrator-unknown m9']);
  });
});
