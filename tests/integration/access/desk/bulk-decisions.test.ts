import { describe, expect, it } from '@jest/globals';
import { answerForm } from '../../../../shared/console/answer-form';
import { readCauses } from '../../../../shared/console/choose-findings';
import type { PageLayout } from '../../../../shared/console/page-layout';
import { permissionsOf, type Visitor } from '../../../../shared/console/visitor-permissions';
import { idOfCause } from '../../../../shared/domain/desk/finding-causes';
import type { HumanDecider } from '../../../../shared/domain/decider';
import { keyHolder } from '../../../fixtures/key-holder';
import { auditNight, withoutFaults } from '../remediation-world';
import { ANA, byHand, CARA, DAN, useWorlds, type World } from '../world';

const begin = withoutFaults(useWorlds());
const DESK = keyHolder('Maria Lead');
const DAY_MS = 86_400_000;

type Said = ReadonlyArray<readonly [string, string]>;

/** Ana, Cara and Dan are in groups by hand before the first audit. */
async function fromBefore(policy: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const world = await begin({ policy });
  byHand(world, 'Finance', [CARA, DAN]);
  byHand(world, 'Users', [ANA]);
  await auditNight(world);
  return world;
}

/** Sends a form of a page; what is shown in answer, or where it leads. */
async function send(
  world: World,
  page: PageLayout['page'],
  id: string,
  said: Said,
  by: HumanDecider = DESK,
): Promise<string> {
  const { app } = world.engine;
  const organization = (await app.policy()).organizations.get(world.alias);
  if (organization === undefined) throw new Error('There is no such organization');
  const visitor: Visitor = { by, appRoles: [], id: 'desk' };
  const layout: PageLayout = {
    visitor,
    organizations: [world.alias],
    organization: world.alias,
    page,
    may: permissionsOf(visitor, organization),
    observed: undefined,
    operatesIn: [world.alias],
    timeZone: 'UTC',
    token: 't',
    done: undefined,
  };
  const fields = new URLSearchParams(said.map(([key, value]): [string, string] => [key, value]));
  const answer = await answerForm(app, layout, { id, fields });
  return 'go' in answer ? answer.go : answer.show.html;
}

async function openIds(world: World, person?: string): Promise<readonly string[]> {
  const all = await world.engine.app.findings.list(world.alias);
  return all
    .filter(({ state, check }) => check === 'member-without-reason' && (state === 'new' || state === 'open'))
    .filter(({ subject }) => person === undefined || subject['memberId'] === world.id(person))
    .map(({ id }) => id);
}

function hashIn(text: string): string {
  return /plan=([0-9a-f]{64})/.exec(text)?.[1] ?? '';
}

function untilTomorrow(world: World): string {
  return new Date(world.engine.clock.now() + 2 * DAY_MS).toISOString().slice(0, 10);
}

describe('findings in bulk', () => {
  it('are one item where the first night found them, and the whole item is adopted by a plan', async () => {
    const world = await fromBefore();
    const { app } = world.engine;
    const { causes } = await readCauses(app, world.alias, () => '');
    const [cause] = causes.filter(({ findings }) =>
      findings.some(({ check }) => check === 'member-without-reason'),
    );
    expect(cause?.findings).toHaveLength(3);
    const asked = await send(world, 'findings', 'chosen', [
      ['cause', cause === undefined ? '' : idOfCause(cause)],
      ['act', 'adopt'],
    ]);
    expect(asked).toContain('Adopt 3 findings');
    for (const person of [ANA, CARA, DAN]) expect(asked).toContain(person);
    const [, findings = ''] = /name="findings" value="([^"]+)"/.exec(asked) ?? [];
    const gone = await send(world, 'findings', 'adopt', [
      ['findings', findings],
      ['owner', 'Olga Admin'],
      ['ticket', 'GOV-1'],
    ]);
    const hash = hashIn(gone);
    expect(await send(world, 'proposed-plans', hash, [['reason', 'agreed']])).toBe(
      `proposed-plans?plan=${hash}`,
    );
    await world.settle();
    await auditNight(world);
    expect(await openIds(world)).toEqual([]);
    expect(world.members('Finance')).toEqual([CARA, DAN]);

    const undo = hashIn(await send(world, 'proposed-plans', 'undo', [['id', hash]]));
    expect(undo).not.toBe(hash);
    expect(await send(world, 'proposed-plans', undo, [['reason', 'too early']])).toContain(undo);
    await world.settle();
    await auditNight(world);
    const states = (await app.findings.list(world.alias)).filter(
      ({ check }) => check === 'member-without-reason',
    );
    expect(states.map(({ state }) => state)).toEqual(['reopened', 'reopened', 'reopened']);
  });

  it('are adopted for some alone, and a plan for all is never made of an empty list', async () => {
    const world = await fromBefore();
    const [cara = ''] = await openIds(world, CARA);
    const hash = hashIn(
      await send(world, 'findings', 'adopt', [
        ['findings', cara],
        ['owner', 'Olga Admin'],
        ['ticket', 'GOV-1'],
      ]),
    );
    const plan = await world.engine.app.proposedPlans.get(world.alias, hash);
    expect(plan?.changes.map(({ memberId }) => memberId)).toEqual([world.id(CARA)]);
    for (const findings of [
      '',
      '.',
      'x'.repeat(16),
      Array.from({ length: 401 }, (_, n) => n.toString(16).padStart(16, '0')).join('.'),
    ])
      await expect(
        send(world, 'findings', 'adopt', [
          ['findings', findings],
          ['owner', 'O'],
          ['ticket', 'T'],
        ]),
      ).rejects.toMatchObject({ code: 'body-invalid' });
  });

  it('take access away only after a second question, with exactly the count, and leave out what is gone', async () => {
    const world = await fromBefore();
    const ids = await openIds(world);
    byHand(world, 'Users', [], [ANA]);
    const chosen: Said = [...ids.map((id) => ['finding', id] as const), ['act', 'remove']];
    const hash = hashIn(await send(world, 'findings', 'chosen', chosen));
    const plan = await world.engine.app.proposedPlans.get(world.alias, hash);
    expect(plan?.counts).toMatchObject({ removals: 2, leftOut: 1 });
    for (const sure of [[], [['sure', '1'] as const], [['sure', 'true'] as const]]) {
      const question = await send(world, 'proposed-plans', hash, [['reason', 'old'], ...sure]);
      expect(question).toContain('Really take this access away?');
      expect(question).toContain(`Remove ${CARA} from Finance`);
    }
    await world.settle();
    expect(world.members('Finance')).toEqual([CARA, DAN]);
    const both = [
      ['reason', 'old'],
      ['sure', '2'],
    ] as const;
    await Promise.all([send(world, 'proposed-plans', hash, both), send(world, 'proposed-plans', hash, both)]);
    await world.settle();
    expect(world.members('Finance')).toEqual([]);
    expect(await send(world, 'proposed-plans', hash, both)).toContain(hash);
  });

  it('are accepted one by one: what was done, what was not and why, once, and back again', async () => {
    const world = await fromBefore();
    const [ana = ''] = await openIds(world, ANA);
    const ids = await openIds(world);
    const said: Said = [
      ['findings', [...ids, 'f'.repeat(16)].join('.')],
      ['reason', 'known'],
      ['owner', 'Olga Admin'],
      ['ticket', 'GOV-2'],
      ['until', untilTomorrow(world)],
    ];
    const told = await send(world, 'findings', 'accept', said, keyHolder(ANA));
    expect(told).toContain('2 findings accepted');
    expect(told).toContain('2 findings left as they were');
    expect(told).toContain('decides-about-self');
    expect(told).toContain('finding-unknown');
    expect(await openIds(world)).toEqual([ana]);
    const again = await send(world, 'findings', 'accept', said);
    expect(again).toContain('1 finding accepted');
    expect(again).toContain('2 findings had been accepted so before');
    const kinds = (
      await world.kinds({ organization: world.alias, kind: 'organization', key: 'organization' })
    ).filter((kind) => kind === 'finding-waived');
    expect(kinds).toHaveLength(3);

    const back = await send(world, 'findings', 'end', [
      ['findings', ids.join('.')],
      ['reason', 'not agreed'],
    ]);
    expect(back).toContain('3 findings open again');
    const statesOf = async () =>
      (await world.engine.app.findings.list(world.alias))
        .filter(({ id }) => ids.includes(id))
        .map(({ state }) => state);
    expect(await statesOf()).toEqual(['reopened', 'reopened', 'reopened']);
    expect(
      await send(world, 'findings', 'end', [
        ['findings', ids.join('.')],
        ['reason', 'x'],
      ]),
    ).toContain('had been so before');
    await auditNight(world);
    expect(await statesOf()).toEqual(['open', 'open', 'open']);
  });

  it('goes on with the others where one fails in the middle, and says what there was no time for', async () => {
    const world = await fromBefore();
    const { app, clock } = world.engine;
    const ids = (await openIds(world)).toSorted();
    const [, broken = ''] = ids;
    const save = app.findings.save.bind(app.findings);
    const failing = {
      ...app,
      findings: {
        ...app.findings,
        save: async (...args: Parameters<typeof save>) => {
          if (args[1].some(({ id }) => id === broken)) throw new Error('storage is away');
          await save(...args);
        },
      },
    };
    const words: Said = [
      ['findings', ids.join('.')],
      ['reason', 'r'],
      ['owner', 'Olga Admin'],
      ['ticket', 'T'],
      ['until', untilTomorrow(world)],
    ];
    const told = await send(
      { ...world, engine: { ...world.engine, app: failing } },
      'findings',
      'accept',
      words,
    );
    expect(told).toContain('2 findings accepted');
    expect(told).toContain('it failed, try it again');
    expect(told).not.toContain('storage is away');
    expect(await openIds(world)).toEqual([broken]);
    const slow = {
      ...app,
      findings: {
        ...app.findings,
        get: async (...args: Parameters<typeof app.findings.get>) => {
          clock.advance(20_000);
          return app.findings.get(...args);
        },
      },
    };
    const late = await send({ ...world, engine: { ...world.engine, app: slow } }, 'findings', 'end', [
      ['findings', ids.join('.')],
      ['reason', 'r'],
    ]);
    expect(late).toContain('There was no time for 2');
  });

  it('are not decided by whoever may only look, and nothing is taken from another organization', async () => {
    const world = await fromBefore({
      decisions: { roles: { auditor: { people: ['17bb414b-0000-4000-8000-8b14e5c1ae61'] } } },
    });
    const ids = await openIds(world);
    for (const [id, said] of [
      [
        'chosen',
        [
          ['finding', ids[0] ?? ''],
          ['act', 'accept'],
        ],
      ],
      [
        'accept',
        [
          ['findings', ids.join('.')],
          ['reason', 'r'],
          ['owner', 'O'],
          ['ticket', 'T'],
          ['until', untilTomorrow(world)],
        ],
      ],
      [
        'end',
        [
          ['findings', ids.join('.')],
          ['reason', 'r'],
        ],
      ],
      [
        'adopt',
        [
          ['findings', ids.join('.')],
          ['owner', 'Olga Admin'],
          ['ticket', 'T'],
        ],
      ],
    ] as const)
      await expect(send(world, 'findings', id, said)).rejects.toMatchObject({ code: 'not-permitted' });
    expect(await openIds(world)).toHaveLength(3);
  });
});
