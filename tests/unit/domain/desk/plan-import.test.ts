import { describe, expect, it } from '@jest/globals';
import { judgeImported, type ImportFound } from '../../../../shared/domain/desk/judge-imported';
import { isWhatWasPlanned, planImport } from '../../../../shared/domain/desk/plan-import';
import { emptyPersonLedger, type PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { ABSENT } from '../../../../shared/domain/ledger/worker-timeline';
import { personKey } from '../../../../shared/domain/person-key';
import type { SourcePolicy } from '../../../../shared/domain/policy';
import { parsePolicy } from '../../../../shared/policy/parse-policy';

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const AS_OF_MS = Date.parse('2026-03-02T00:00:00Z');
const EMAIL = 'ana@acme.example';
const POLICY = `
version: 1
organizations:
  acme:
    partitionGlobalId: 6f1c1a52-0000-4000-8000-000000000001
    identityBaseUrl: https://cloud.uipath.com/acme/identity_
    credentialSecret: uipath
    groups: { Sales: {}, Users: {} }
    birthright:
      - { name: sales, when: { department: Sales }, groups: [Sales, Users] }
    mover: { graceDays: 30 }
sources:
  hr: { standard: { secret: s } }
`;
const policy = parsePolicy(POLICY, 'policy.yaml', { development: true });
const [source] = policy.sources as readonly [SourcePolicy];
const organization = [...policy.organizations.values()][0];
if (organization === undefined) throw new Error('There is no organization');

const context = { organization, source, asOfMs: AS_OF_MS, nowMs: NOW_MS };

let ids = 0;
function word(said: Partial<Statement>): Statement {
  ids += 1;
  const occurredAtMs = said.occurredAtMs ?? AS_OF_MS - 86_400_000;
  return {
    id: `w-${ids}`,
    kind: 'joiner',
    occurredAtMs,
    effectiveAtMs: occurredAtMs,
    attributes: {},
    source: 'standard',
    workerId: '1',
    under: personKey(EMAIL),
    ...said,
  };
}

function judge(
  timeline: readonly Statement[],
  {
    workerId = '1',
    attributes = { department: 'Sales' },
    ...found
  }: Partial<ImportFound> &
    Readonly<{ workerId?: string | null; attributes?: Readonly<Record<string, string>> }> = {},
  ledger: Partial<PersonLedger> = {},
) {
  return judgeImported(
    {
      worker: { line: 2, email: EMAIL, ...(workerId === null ? {} : { workerId }), attributes },
      personKey: personKey(EMAIL),
      ledger: timeline.length === 0 ? undefined : { ...emptyPersonLedger(EMAIL), timeline, ...ledger },
      isAddressOfAnother: false,
      erasedToMs: Number.NEGATIVE_INFINITY,
      isUnreadable: false,
      ...found,
    },
    context,
  );
}

describe('a line of a file of HR', () => {
  it.each([
    ['of nobody who is known', [], 'joiner', ['Sales', 'Users'], []],
    [
      'of whom the account alone is known',
      [word({ of: 'account', source: 'entra', workerId: undefined })],
      'joiner',
      ['Sales', 'Users'],
      [],
    ],
    [
      'of whom a record of the same source has no id',
      [word({ workerId: undefined })],
      'joiner',
      ['Sales', 'Users'],
      [],
    ],
    [
      'that describes somebody otherwise',
      [word({ attributes: { department: 'Legal' } })],
      'mover',
      ['Sales', 'Users'],
      [],
    ],
  ] as const)('%s is a word', (_what, timeline, kind, gains, loses) => {
    expect(judge(timeline)).toMatchObject({
      kind: 'say',
      event: { kind, occurredAtMs: AS_OF_MS },
      gains,
      loses,
    });
  });

  it('tells also of groups that somebody keeps for some days of grace', () => {
    const timeline = [word({ attributes: { department: 'Sales' } })];
    expect(judge(timeline, { attributes: { department: 'Legal' } })).toMatchObject({
      loses: ['Sales', 'Users'],
    });
  });

  it.each([
    ['the same', { department: 'Sales' }, { department: 'Sales', title: 'Lead' }],
    ['nothing, as a blank is no value', {}, { department: 'Sales' }],
  ])('that says %s is known', (_what, attributes, known) => {
    expect(judge([word({ attributes: known })], { attributes })).toEqual({ kind: 'known' });
  });

  const leavesLater = (said: Partial<Statement>): Statement =>
    word({ kind: 'leaver', workerId: undefined, effectiveAtMs: NOW_MS + 20 * 86_400_000, ...said });
  const left = word({ kind: 'leaver', occurredAtMs: AS_OF_MS - 3_600_000 });
  it.each([
    ['has left', [word({}), left], {}, {}, 'they have left'],
    [
      'has left as the account is off',
      [word({}), word({ kind: 'leaver', of: 'account', source: 'entra', workerId: undefined })],
      {},
      {},
      'they have left',
    ],
    ['begins later', [word({ effectiveAtMs: NOW_MS + 1 })], {}, {}, 'they begin later'],
    ['another source speaks of', [word({ source: 'workday' })], {}, {}, 'workday speaks of them'],
    [
      'an older version recorded without a source',
      [word({ source: undefined, workerId: undefined })],
      {},
      {},
      'another source speaks of them',
    ],
    [
      'is not told apart',
      [word({})],
      {},
      { unconfirmed: { words: [], addresses: [], sinceMs: 1 } },
      'somebody has to say first',
    ],
    [
      'has another address by now',
      [word({})],
      {},
      { email: 'new@acme.example' },
      'known under another address',
    ],
    [
      'has a worker id, and the line none',
      [word({})],
      { workerId: null },
      {},
      'their records have worker ids',
    ],
    [
      'was spoken of since',
      [word({ attributes: { department: 'Legal' }, occurredAtMs: AS_OF_MS })],
      {},
      {},
      'something else was said',
    ],
    [
      'shares the worker id with another address',
      [word({})],
      { isAddressOfAnother: true },
      {},
      'of one person and the address of another',
    ],
    ['will leave, as was said of the person', [leavesLater({ of: 'person' })], {}, {}, 'will leave'],
    ['will leave, as was said without a worker id', [leavesLater({})], {}, {}, 'will leave'],
    [
      'will leave, and was hired without a worker id',
      [word({ workerId: undefined }), leavesLater({})],
      {},
      {},
      'will leave',
    ],
    [
      'will leave, by the only record that is known',
      [word({ workerId: '2' }), leavesLater({ workerId: '2' })],
      {},
      {},
      'will leave',
    ],
    [
      'is away, as was said without a worker id',
      [
        word({ workerId: undefined }),
        word({ kind: 'mover', workerId: undefined, attributes: { [ABSENT]: 'true' } }),
      ],
      {},
      {},
      'are away',
    ],
    [
      'works by another record than the one that ended',
      [word({ workerId: '2' }), word({ occurredAtMs: AS_OF_MS - 172_800_000 }), word({ kind: 'leaver' })],
      {},
      {},
      'this employment of theirs has ended',
    ],
    [
      'works by another record than the one that begins later',
      [word({ workerId: '2' }), word({ effectiveAtMs: NOW_MS + 1 })],
      {},
      {},
      'this employment of theirs begins later',
    ],
    ['was erased', [], { erasedToMs: AS_OF_MS }, {}, 'somebody who was erased'],
    ['cannot be read', [], { isUnreadable: true }, {}, 'cannot be read'],
  ] as const)('of somebody who %s is left out', (_what, timeline, found, ledger, why) => {
    expect(judge(timeline, found, ledger)).toEqual({ kind: 'left-out', why: expect.stringContaining(why) });
  });

  it('leaves an end as it is that was announced of the same record', () => {
    const timeline = [word({ attributes: { department: 'Legal' } }), leavesLater({ workerId: '1' })];
    expect(judge(timeline)).toMatchObject({ kind: 'say', event: { kind: 'mover' } });
  });

  it('is another word where anything of it differs, and the same where nothing does', () => {
    const idOf = (verdict: ReturnType<typeof judge>) => (verdict.kind === 'say' ? verdict.event.id : '');
    expect(idOf(judge([]))).toBe(idOf(judge([])));
    const others = [
      judge([], { workerId: '2' }),
      judge([], { attributes: { department: 'Legal' } }),
      judge([]),
    ];
    expect(new Set(others.map(idOf)).size).toBe(3);
  });
});

describe('the plan of a file', () => {
  const lineOf = (workerId: string, department: string, ledger: Partial<PersonLedger>): ImportFound => ({
    worker: { line: Number(workerId) + 1, email: EMAIL, workerId, attributes: { department } },
    personKey: personKey(EMAIL),
    ledger: { ...emptyPersonLedger(EMAIL), ...ledger },
    isAddressOfAnother: false,
    erasedToMs: Number.NEGATIVE_INFINITY,
    isUnreadable: false,
  });

  it('counts as a removal also that somebody loses a group by being hired, whom their account alone described', () => {
    const timeline = [
      word({ of: 'account', source: 'entra', workerId: undefined, attributes: { department: 'Sales' } }),
    ];
    expect(planImport([lineOf('1', 'Legal', { timeline })], context, () => false).changes).toMatchObject([
      { change: 'move-worker-out', why: ['with department', 'no reason any more for Sales, Users'] },
    ]);
  });

  it('of two records of one person says of the second what comes besides, and records none that would be in doubt', () => {
    const both = (ledger: Partial<PersonLedger>) =>
      planImport([lineOf('1', 'Sales', ledger), lineOf('2', 'Sales', ledger)], context, () => false);
    expect(both({}).changes.map(({ why }) => why)).toEqual([
      ['with department', 'a reason for Sales, Users'],
      ['with department'],
    ]);
    const id = '6f1c1a52-0000-4000-8000-00000000000a';
    const identity = { kind: 'resolved', id, checkedAtMs: 0 } as const;
    const { changes, leftOut } = both({ identity });
    expect([changes.length, leftOut.map(({ why }) => why)]).toEqual([
      1,
      ['line 3: they have another worker id: that both are of one person is said by HR'],
    ]);
  });

  it.each([
    ['add-worker', 'joiner', [], true],
    ['add-worker', 'joiner', ['Sales'], false],
    ['add-worker', 'mover', [], false],
    ['move-worker', 'mover', [], true],
    ['move-worker', 'mover', ['Sales'], false],
    ['move-worker-out', 'mover', ['Sales'], true],
    ['move-worker-out', 'mover', [], true],
    ['move-worker-out', 'joiner', ['Sales'], true],
  ] as const)('that said %s lets a %s be recorded that ends %j: %s', (change, kind, loses, isSo) => {
    expect(isWhatWasPlanned({ change }, { event: { kind }, loses })).toBe(isSo);
  });
});
