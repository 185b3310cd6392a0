import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  announceReport,
  notifyAuditDifference,
} from '../../../../shared/access/audit/notify-audit-difference';
import { compareReports, type AuditReport } from '../../../../shared/domain/audit/report';
import type { NotifyTarget, Policy } from '../../../../shared/domain/policy';
import type { RecordedPolicyChange } from '../../../../shared/domain/policy-version';
import { AppError } from '../../../../shared/errors';
import type { Notification, Receiver } from '../../../../shared/notify/notifier-interface';
import { renderDifference } from '../../../../shared/reports/difference-message';
import type { NotificationMessage } from '../../../../shared/storage/queues';
import type { NotificationState } from '../../../../shared/storage/notification-state';
import { finding, PAUSED, report } from '../../../fixtures/audit-reports';

const OPS: NotifyTarget = { name: 'ops', url: 'https://ops.example/hook', secret: 'notify-ops' };
const SIEM: NotifyTarget = { name: 'siem', url: 'https://siem.example/hook', secret: 'notify-siem' };
const [lasting, mended] = [finding(), finding()];
const FIRST = report({ night: '20261101T0200', findings: [lasting, mended] });
const SAME = report({ night: '20261102T0200', findings: [lasting, mended] });
/** As the night before, and somebody paused the organization. */
const WHILE_PAUSED = report({ night: '20261102T0300', findings: [lasting, mended], paused: PAUSED });
const NEXT = report({
  night: '20261103T0200',
  findings: [lasting, { ...mended, state: 'fixed' }, finding({ state: 'new' })],
});

const CHECKPOINT =
  'cloud.uipath.com/0/access-evidence\n1234\nq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=\n\n— cloud.uipath.com/0/access-evidence AAAA\n';
const version = (seq: number, more: object = {}): RecordedPolicyChange => ({
  seq,
  atMs: 100 - seq,
  from: String(seq - 1).repeat(64),
  to: String(seq).repeat(64),
  origin: { kind: 'blob', name: 'policy/policy.yaml' },
  changed: [],
  ...more,
});
const ADDED = { section: 'groups', name: 'Fin @all `x`', change: 'added' } as const;
const CHANGED = { section: 'groups', name: 'Ops', change: 'changed', keys: ['requests.approvers'] } as const;
/** Two versions of the policy and nothing else after the night before, whose clock was ahead. */
const UNDER_ANOTHER = report({
  night: '20261104T0200',
  findings: [lasting, { ...mended, state: 'fixed' }],
  checkpoint: CHECKPOINT,
  policyChanges: [version(1), version(2), version(3, { changed: [ADDED, CHANGED], more: 4 })],
});
const BEFORE_ANOTHER = report({
  night: '20261103T0300',
  findings: [lasting, { ...mended, state: 'fixed' }],
  policyChanges: [version(1)],
});

let targets: readonly NotifyTarget[];
let sent: Array<Receiver & Notification>;
let told: Map<string, NotificationState>;
let queued: Array<NotificationMessage & { delayMs: number | undefined }>;
let log: Array<Readonly<Record<string, unknown>>>;
let failing: ReadonlyMap<string, AppError>;
beforeEach(() => {
  targets = [OPS];
  sent = [];
  told = new Map();
  queued = [];
  log = [];
  failing = new Map();
});

const reports: readonly AuditReport[] = [FIRST, SAME, WHILE_PAUSED, NEXT, BEFORE_ANOTHER, UNDER_ANOTHER];
const deps = {
  policy: async () =>
    ({ hash: '', organizations: new Map([['acme', { notify: targets }]]), sources: [] }) as unknown as Policy,
  reports: {
    read: async (_organization: string, night: string) => reports.find((known) => known.night === night),
  },
  notificationStates: {
    list: async () => [...told.values()],
    put: async (_organization: string, row: NotificationState) => {
      told.set(row.target, row);
    },
  },
  notify: async (receiver: Receiver, notification: Notification) => {
    const failure = failing.get(receiver.url);
    if (failure !== undefined) throw failure;
    sent.push({ ...receiver, ...notification });
  },
  notifications: {
    enqueueNotification: async (message: NotificationMessage, delayMs?: number) => {
      queued.push({ ...message, delayMs });
    },
  },
  secrets: { read: async (name: string) => ({ current: `secret of ${name}`, previous: undefined }) },
  clock: { now: () => 7 },
  log: (line: Readonly<Record<string, unknown>>) => {
    log.push(line);
  },
};

async function tell(night: string, attempt?: number): Promise<void> {
  await notifyAuditDifference(deps, { organization: 'acme', night, attempt });
}

/** The lines of a first message. */
function renderText(of: AuditReport): readonly string[] {
  const { text } = JSON.parse(renderDifference(of, undefined, compareReports(undefined, of))) as {
    text: string;
  };
  return text.split('\n');
}

/** What was sent, in short. */
function counts(): readonly unknown[] {
  return sent.map(({ body }) => {
    const { data } = JSON.parse(body) as { data: { comparedWith?: string; counts: Record<string, number> } };
    return { since: data.comparedWith, ...data.counts };
  });
}

describe('a receiver', () => {
  it('is told each night of a pause, also where nothing else changed, and by no link or mention', async () => {
    await tell(FIRST.night);
    await tell(WHILE_PAUSED.night);
    expect(counts()).toHaveLength(2);
    const { text, data } = JSON.parse(sent[1]?.body ?? '') as { text: string; data: { paused?: unknown } };
    expect(data.paused).toEqual(PAUSED);
    expect(text).toContain('paused since 2026-11-20T02:00:00.000Z by `Maria &lt;');
    expect(text).toContain('3 urgent changes wait (leavers, and what was revoked), the oldest since');
    expect(text).not.toMatch(/https:\/\/evil|<@all/);
  });

  it('is told everything the first time, then only what changed', async () => {
    await tell(FIRST.night);
    await tell(NEXT.night);
    expect(counts()).toEqual([
      { since: undefined, appeared: 2, reopened: 0, fixed: 0, waived: 0, stillOpen: 0, policyChanges: 0 },
      { since: FIRST.night, appeared: 1, reopened: 0, fixed: 1, waived: 0, stillOpen: 1, policyChanges: 0 },
    ]);
    expect(sent[0]).toMatchObject({ url: OPS.url, secret: 'secret of notify-ops', atMs: 7 });
  });

  it('is not told of a night in which nothing changed', async () => {
    await tell(FIRST.night);
    await tell(SAME.night);
    expect(sent).toHaveLength(1);
    expect(told.get('ops')?.night).toBe(SAME.night);
  });

  it('is told from which version of the policy to which, and the signed head of the evidence', async () => {
    await tell(BEFORE_ANOTHER.night);
    await tell(UNDER_ANOTHER.night);
    const { text, data } = JSON.parse(sent[1]?.body ?? '{}') as { text: string; data: object };
    expect(text.split('\n').slice(1)).toEqual([
      `policy: from ${'1'.repeat(12)} to ${'2'.repeat(12)}: nothing of this organization`,
      `policy: from ${'2'.repeat(12)} to ${'3'.repeat(12)}: groups \`Fin \uFF20all 'x'\` added; groups \`Ops\` changed (\`requests.approvers\`); 4 more`,
      'evidence: 1234 entries, root `q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=`',
    ]);
    expect(data).toMatchObject({
      counts: { appeared: 0, policyChanges: 2 },
      policyChanges: [{ seq: 2 }, { seq: 3, to: '3'.repeat(64) }],
      checkpoint: CHECKPOINT,
    });
  });

  it('is told of the newest three versions by name, and how many there were before', async () => {
    const many = Array.from({ length: 5 }, (_, at) => version(at + 1));
    const text = renderText(report({ findings: [], policyChanges: many }));
    expect(text.filter((line) => line.startsWith('policy: '))).toHaveLength(4);
    expect(text[1]).toBe('policy: 2 earlier versions came into force');
    expect(text[4]).toContain(`to ${'5'.repeat(12)}`);
  });

  it.each([
    [{ from: undefined, changed: undefined }, `policy: ${'2'.repeat(12)}, the first on record`],
    [{ changed: undefined }, 'the version before cannot be read any more'],
  ])('is told of a version that cannot be compared: %j', (more, words) => {
    expect(renderText(report({ findings: [], policyChanges: [version(2, more)] }))[1]).toContain(words);
  });

  it('is told of a night once, also when its message comes again or late', async () => {
    await tell(NEXT.night);
    await tell(NEXT.night);
    await tell(FIRST.night);
    expect(sent).toHaveLength(1);
  });

  it('is told in the next night what it missed', async () => {
    await tell(FIRST.night);
    failing = new Map([[OPS.url, new AppError('notification-unavailable', 'down')]]);
    await tell(NEXT.night);
    failing = new Map();
    await tell(NEXT.night, 1);
    expect(counts().at(-1)).toMatchObject({ since: FIRST.night, appeared: 1, fixed: 1 });
    expect(sent[1]?.id).not.toBe(sent[0]?.id);
  });

  it('does not wait for another one that fails', async () => {
    targets = [OPS, SIEM];
    failing = new Map([[OPS.url, new AppError('notification-refused', 'no')]]);
    await tell(FIRST.night);
    expect(sent.map(({ url }) => url)).toEqual([SIEM.url]);
    expect(told.get('ops')?.failure).toEqual({
      code: 'notification-refused',
      night: FIRST.night,
      atMs: 7,
      attempts: 1,
    });
    expect(log).toContainEqual(
      expect.objectContaining({ event: 'notification-failed', target: 'ops', code: 'notification-refused' }),
    );
  });

  it.each([
    [0, 1, 5],
    [1, 2, 10],
    [6, 7, 320],
  ])(
    'that failed %i times before is tried again as attempt %i, in %i minutes',
    async (before, next, minutes) => {
      failing = new Map([[OPS.url, new AppError('notification-unavailable', 'down')]]);
      await tell(FIRST.night, before);
      expect(queued).toEqual([
        { organization: 'acme', night: FIRST.night, attempt: next, delayMs: minutes * 60_000 },
      ]);
    },
  );

  it('that failed eight times is left to the next night', async () => {
    failing = new Map([[OPS.url, new AppError('notification-unavailable', 'down')]]);
    await tell(FIRST.night, 7);
    expect(queued).toEqual([]);
  });
});

describe('a notification', () => {
  it('shows a name as text, on one line, and of many findings the first', async () => {
    const names = ['<!channel> <https://evil.example|click>', 'a\nb\u202Ec', ...Array<string>(10).fill('x')];
    const noisy = report({
      night: '20261104T0200',
      findings: names.map((name) => finding({ subject: { name } })),
    });
    await notifyAuditDifference(
      { ...deps, reports: { read: async () => noisy } },
      { organization: 'acme', night: noisy.night },
    );
    const { text, type } = JSON.parse(sent[0]?.body ?? '') as { text: string; type: string };
    expect(type).toBe('access-audit.changed');
    expect(text.split('\n')).toHaveLength(1 + 10 + 1);
    expect(text).toContain('name `&lt;!channel&gt; &lt;https: //evil.example|click&gt;`');
    expect(text).toContain('name `a b c`');
    expect(text.split('\n').at(-1)).toBe('and 2 more');
  });
});

describe('an audit', () => {
  it('has receivers told where the policy names some', async () => {
    await announceReport(deps, { organization: 'acme', night: FIRST.night });
    targets = [];
    await announceReport(deps, { organization: 'acme', night: NEXT.night });
    expect(queued.map(({ night }) => night)).toEqual([FIRST.night]);
  });

  it('that waits has no report yet, and nobody is told', async () => {
    await tell('20261105T0200');
    expect([sent, queued]).toEqual([[], []]);
  });

  it('does not fail because the message cannot be queued', async () => {
    const enqueueNotification = async (): Promise<void> => {
      throw new AppError('storage-unavailable', 'down');
    };
    await announceReport(
      { ...deps, notifications: { enqueueNotification } },
      { organization: 'acme', night: FIRST.night },
    );
    expect(log).toEqual([
      { event: 'notification-failed', organization: 'acme', night: FIRST.night, code: 'storage-unavailable' },
    ]);
  });
});
