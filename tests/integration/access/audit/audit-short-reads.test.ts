import { describe, expect, it } from '@jest/globals';
import type { FaultInput } from '../../../../sandbox/uipath/faults';
import { ADMINISTRATORS_GROUP_ID } from '../../../../shared/domain/plan/hard-stops';
import { audit, linesOf, PAUL, ROBOT, unknownIn, useWatchedWorlds } from '../audit-world';
import { ANA, BEN, byHand, CARA, MAX, OLGA, type World } from '../world';

const start = useWatchedWorlds();
const inject = (world: World, ...faults: readonly FaultInput[]): void => {
  for (const fault of faults) world.engine.uipath.inject(fault);
};
const allow = (world: World, ...add: readonly string[]): void => {
  world.engine.uipath.actAsPerson(world.alias, { kind: 'change-policy', actor: MAX, add: [...add] });
};
const forbid = (world: World, ...remove: readonly string[]): void => {
  world.engine.uipath.actAsPerson(world.alias, { kind: 'change-policy', actor: MAX, remove: [...remove] });
};
const makeRule = (world: World, name: string): void => {
  const definition = '{"GroupsToAssign":[],"Conditions":[]}';
  world.engine.uipath.actAsPerson(world.alias, { kind: 'create-rule', actor: MAX, name, definition });
};
const empty = (endpoint: 'P1' | 'R1' | 'U1' | 'G3' | 'A1', path?: string): FaultInput => {
  const body = endpoint === 'P1' || endpoint === 'R1' ? [] : { totalCount: 0, results: [] };
  return { kind: 'answer', status: 200, body, match: { endpoint, ...(path === undefined ? {} : { path }) } };
};

/** Something wrong in every part, so that each has a finding that a short answer would lose. */
const everythingWrong = async (): Promise<World> => {
  const world = await start({ audit: { remediate: [] } });
  byHand(world, 'Developers', [PAUL, ROBOT, BEN]);
  byHand(world, 'Administrators', [BEN, PAUL]);
  byHand(world, 'Users', [], [ANA]);
  allow(world, 'Everyone', BEN);
  makeRule(world, 'By hand');
  const { principals } = world.engine.uipath.organization(world.alias);
  const cara = principals.get(world.id(CARA));
  if (cara?.kind === 'user') principals.put({ ...cara, email: BEN, active: false });
  return world;
};

const nobodyIn = (group: string): FaultInput => ({ ...empty('G3', group), times: 'always' });
const cut = (endpoint: 'P1' | 'U1' | 'R1' | 'G1' | 'G3' | 'D5' | 'D2' | 'A1', path?: string): FaultInput => ({
  kind: 'truncate',
  match: { endpoint, ...(path === undefined ? {} : { path }) },
  times: 'always',
});
const html = (endpoint: 'U1' | 'P1'): FaultInput => ({ kind: 'html', match: { endpoint }, times: 'always' });
/** What is there, be it for the first night or not: what is kept of an unknown part stays as it was. */
const thereIn = (report: Parameters<typeof linesOf>[0]): readonly string[] =>
  linesOf(report).map((line) => line.replace(/(new|open)$/, 'there'));

describe('an audit of what is wrong everywhere', () => {
  const GROUPS = ['group:developers', 'group:finance', 'group:users'];
  it.each<[string, readonly FaultInput[], readonly string[]]>([
    ['the access policy is cut', [cut('P1')], ['access-policy']],
    ['the access policy is a page', [html('P1')], ['access-policy']],
    ['the users are cut', [cut('U1')], ['users']],
    ['the users are a page', [html('U1')], ['users']],
    ['the rules are cut', [cut('R1')], ['rules']],
    ['the list of groups is cut', [cut('G1')], [...GROUPS, 'groups', 'leavers']],
    ['members are cut', [cut('G3')], ['administrators', ...GROUPS]],
    ['names are cut', [cut('D5')], ['administrators', 'applications', 'directory', ...GROUPS, 'leavers']],
    ['addresses are cut', [cut('D2')], ['addresses']],
    ['the applications are cut', [cut('A1', 'ExternalClient')], ['applications']],
    ['the robots are cut', [cut('A1', 'RobotAccount')], ['robots']],
    ['the users are none', [empty('U1')], ['users']],
    ['the access policy is none', [empty('P1')], ['access-policy']],
    ['the administrators are none', [empty('G3', ADMINISTRATORS_GROUP_ID)], ['administrators']],
    [
      'the members of every group are none',
      [{ ...empty('G3'), times: 'always' }],
      ['administrators', 'group:developers', 'group:finance'],
    ],
    [
      'the applications are others',
      [
        {
          kind: 'answer',
          status: 200,
          body: [{ id: 'x', name: 'x' }],
          match: { endpoint: 'A1', path: 'ExternalClient' },
        },
      ],
      ['applications'],
    ],
  ])('neither adds nor settles anything when %s', async (_what, faults, unknown) => {
    const world = await everythingWrong();
    const before = thereIn(await audit(world));
    expect(before.length).toBeGreaterThan(9);
    inject(world, ...faults);
    const short = await audit(world);
    expect(unknownIn(short)).toEqual(unknown);
    expect(short.result).toBe('red');
    expect(thereIn(short)).toEqual(before);
    world.engine.uipath.clearFaults();
    expect(thereIn(await audit(world))).toEqual(before);
  });

  it('mends nothing by itself in such a night', async () => {
    const world = await start();
    byHand(world, 'Developers', [BEN]);
    inject(world, empty('P1'));
    await audit(world);
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA, BEN]);
  });
});

describe('an audit of what is as agreed', () => {
  it.each<[string, readonly FaultInput[]]>([
    ['the access policy is none', [empty('P1')]],
    ['the users are none', [empty('U1')]],
    ['the users are cut', [cut('U1')]],
    ['the administrators are none', [nobodyIn(ADMINISTRATORS_GROUP_ID)]],
    ['the names are cut', [cut('D5')]],
  ])('finds nothing but that %s', async (_what, faults) => {
    const world = await start();
    expect(linesOf(await audit(world))).toEqual([]);
    inject(world, ...faults);
    const report = await audit(world);
    expect(thereIn(report)).toEqual([]);
    expect(report.unknown.length).toBeGreaterThan(0);
  });

  it('knows administrators and people of other companies whom the list of users leaves out', async () => {
    const world = await start();
    byHand(world, 'Developers', [PAUL]);
    const report = await audit(world);
    expect(linesOf(report)).toEqual([
      'external-in-privileged-group developers: new',
      'member-without-reason developers: new',
      'own:of-elsewhere developers: new',
    ]);
    expect(
      report.findings.find(({ check }) => check === 'external-in-privileged-group')?.subject,
    ).toMatchObject({
      name: PAUL,
    });
  });

  it('says of an administrator whom nobody names that this is not known, and nothing else', async () => {
    const world = await start();
    world.engine.uipath.setSwitches({ neverSeenUsers: 'hidden' });
    const olga = world.engine.uipath.organization(world.alias).principals.get(world.id(OLGA));
    if (olga?.kind === 'user')
      world.engine.uipath.organization(world.alias).principals.put({ ...olga, seen: false });
    const report = await audit(world);
    expect(unknownIn(report)).toEqual([`address:${world.id(OLGA)}`]);
    expect(linesOf(report)).toEqual([]);
  });
});

describe('an account for emergencies', () => {
  it.each([
    ['whose id is not told', 'prefixed', ['break-glass:olga.admin@acme.example'], []],
    ['whose id is told', 'guid', [], []],
  ] as const)('%s is not missing', async (_which, aadIdentifier, unknown, missing) => {
    const world = await start({ audit: { administrators: { fewest: 1, breakGlass: [OLGA] } } });
    world.engine.uipath.setSwitches({ aadIdentifier });
    const report = await audit(world);
    expect(unknownIn(report).filter((part) => part.startsWith('break-glass'))).toEqual(unknown);
    expect(linesOf(report).filter((line) => line.startsWith('break-glass-missing'))).toEqual(missing);
  });
});

describe('an empty answer that is true', () => {
  it('of the access policy is believed where the policy agrees, or says nothing and nothing was ever there', async () => {
    for (const accessPolicy of [{ baseline: [] }, {}]) {
      const world = await start({ policy: { accessPolicy } });
      forbid(world, 'Administrators');
      expect(await audit(world)).toMatchObject({ unknown: [], looked: { policyEntities: 0 } });
    }
  });

  it('of the access policy is believed on the second night, and settles what was there', async () => {
    const world = await start({ policy: { accessPolicy: { baseline: [] } } });
    const entry = 'policy-entity-unexpected group:administrators';
    expect(linesOf(await audit(world))).toContain(`${entry}: new`);
    forbid(world, 'Administrators');
    const first = await audit(world);
    expect(unknownIn(first)).toEqual(['access-policy']);
    expect(first.unknown).toEqual([{ part: 'access-policy', code: 'uipath-answer-empty' }]);
    expect(linesOf(first)).toContain(`${entry}: new`);
    const second = await audit(world);
    expect(second.unknown).toEqual([]);
    expect(linesOf(second)).toContain(`${entry}: fixed`);
  });

  it('of the access policy stays unknown when an audit between could not read it', async () => {
    const world = await start({ policy: { accessPolicy: { baseline: [] } } });
    await audit(world);
    inject(world, empty('P1'));
    await audit(world);
    inject(world, html('P1'));
    await audit(world);
    inject(world, empty('P1'));
    expect(unknownIn(await audit(world))).toEqual(['access-policy']);
  });

  it('of a group is a finding for each who should be there', async () => {
    const world = await start();
    byHand(world, 'Developers', [BEN]);
    await audit(world);
    byHand(world, 'Developers', [], [ANA, BEN]);
    const report = await audit(world);
    expect(report.unknown).toEqual([]);
    expect(linesOf(report)).toContain('member-missing developers: new');
    expect(linesOf(report)).toContain('member-without-reason developers: fixed');
  });

  it('of the users is believed where nobody but people of a directory is a member', async () => {
    const world = await start({
      seed: {
        users: [
          { email: ANA, source: 'aad' },
          { email: OLGA, source: 'aad' },
          { email: PAUL, source: 'aad' },
        ],
        groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] },
      },
    });
    expect((await audit(world)).unknown).toEqual([]);
  });
});

describe('an agreed user in the access policy', () => {
  const baseline = [
    { entityType: 'group', name: 'Administrators' },
    { entityType: 'user', name: BEN },
  ];
  const entriesOf = (world: World, ben: Readonly<Record<string, unknown>>): FaultInput => ({
    kind: 'answer',
    status: 200,
    body: [
      { objectType: 'DirectoryGroup', identifier: ADMINISTRATORS_GROUP_ID, name: 'Administrators' },
      { ...ben, identifier: world.id(BEN) },
    ],
    match: { endpoint: 'P1' },
  });
  const entries = (report: Parameters<typeof linesOf>[0]): readonly string[] =>
    linesOf(report).filter((line) => line.startsWith('policy-entity'));

  it('is known by name where the answer has no address', async () => {
    const world = await start({ policy: { accessPolicy: { baseline } } });
    inject(world, entriesOf(world, { objectType: 'DirectoryUser', name: BEN, email: null }));
    const report = await audit(world);
    expect([report.unknown, entries(report)]).toEqual([[], []]);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['only the id', {}],
    ['id and type', { objectType: 'DirectoryUser', name: null, email: null }],
    ['id and name', { name: BEN, email: BEN }],
  ])(
    'of whom the answer has %s is neither unexpected nor missing: the list is unknown',
    async (_what, ben) => {
      const world = await start({ policy: { accessPolicy: { baseline } } });
      allow(world, 'Everyone', BEN);
      const before = entries(await audit(world));
      expect(before).toEqual([
        'policy-entity-broad group:everyone: new',
        'policy-entity-unexpected group:everyone: new',
      ]);
      inject(world, entriesOf(world, ben));
      const report = await audit(world);
      expect(report.unknown).toEqual([{ part: 'access-policy', code: 'uipath-answer-invalid' }]);
      expect(entries(report)).toEqual(before);
      expect(report.findings.filter(({ remediation }) => remediation?.kind === 'change')).toEqual([]);
    },
  );
});

describe('rules that the list hides', () => {
  it('are read one by one, and what was found of them stays found until they are gone', async () => {
    const world = await start();
    makeRule(world, 'By hand');
    expect(linesOf(await audit(world))).toContain('rule-unknown By hand: new');
    inject(world, empty('R1'));
    const short = await audit(world);
    expect(short.unknown).toEqual([]);
    expect(linesOf(short)).toContain('rule-unknown By hand: open');
    const { rules } = world.engine.uipath.organization(world.alias);
    rules.clear();
    expect(linesOf(await audit(world))).toContain('rule-unknown By hand: fixed');
  });

  it.each([
    ['an agreed rule is in force', '2027-01-01', ['rules']],
    ['the agreed rule has ended', '2026-02-01', []],
  ])('are unknown as a whole while %s', async (_when, until, unknown) => {
    const rules = { baseline: [{ name: 'Agreed', owner: BEN, until }] };
    const world = await start({ policy: { rules } });
    makeRule(world, 'Agreed');
    await audit(world);
    inject(world, empty('R1'));
    expect(unknownIn(await audit(world))).toEqual(unknown);
  });
});

describe('robots and applications', () => {
  it('are counted, and named where they are members', async () => {
    const world = await start();
    byHand(world, 'Developers', [ROBOT]);
    const { looked, findings } = await audit(world);
    expect(looked).toMatchObject({ robots: 1, applications: 1 });
    const names = findings.map(({ check, subject: { name, kind } }) => `${check}: ${kind} ${name}`);
    expect(names.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      `machine-in-privileged-group: robot-account ${ROBOT}`,
      `member-without-reason: robot-account ${ROBOT}`,
      `own:of-elsewhere: robot-account ${ROBOT}`,
    ]);
  });

  it('are left out of the count where they are not read', async () => {
    const world = await start({ audit: { reads: [] } });
    expect(Object.keys((await audit(world)).looked)).not.toContain('robots');
  });
});
