import { DAY_MS } from '../../shared/domain/durations';
import type { PersonLedger } from '../../shared/domain/ledger/person-ledger';
import type { Statement } from '../../shared/domain/ledger/statement';
import { ABSENT } from '../../shared/domain/ledger/worker-timeline';
import { personKey } from '../../shared/domain/person-key';
import type { Planting, Said } from './planting';
import { addressOf } from './planted-seed';

/** People of whom somebody has to say who they are; in the calm organization somebody has said it. */
export function plantedDoubts(
  { alias, nowMs, variant }: Planting,
  missing: NonNullable<PersonLedger['identity']>,
): Readonly<Record<string, Said>> {
  const [monthAgo, dayAgo] = [nowMs - 30 * DAY_MS, nowMs - DAY_MS];
  const isCalm = variant === 'calm';
  const word: Statement = {
    id: 'handed-on',
    kind: 'joiner',
    occurredAtMs: dayAgo,
    effectiveAtMs: dayAgo,
    attributes: {},
    source: 'standard',
    workerId: '8',
  };
  const accountId = '00000000-0000-4000-8000-000000000008';
  const addresses = [addressOf(alias, 'holder')];
  const shared = { kind: 'resolved' as const, id: accountId, checkedAtMs: nowMs };
  const apart = (from: string): Said => ({
    identity: isCalm ? { ...shared, id: personKey(from) } : shared,
    doubt: { toldApart: [personKey(addressOf(alias, from))] },
  });
  const leaving = [
    { kind: 'joiner' as const, effectiveAtMs: monthAgo },
    { kind: 'leaver' as const, effectiveAtMs: nowMs - 2 * DAY_MS },
  ];
  return {
    holder: {
      identity: missing,
      doubt: isCalm ? {} : { unconfirmed: { words: [word], addresses, sinceMs: dayAgo, accountId } },
    },
    switched: {
      identity: missing,
      grants: [{ group: isCalm ? 'Finance' : 'Payroll', fromMs: monthAgo }],
      doubt: { replaced: { accountId, atMs: dayAgo } },
    },
    several: { identity: missing, timeline: leaving, doubt: isCalm ? {} : { otherAccounts: [accountId] } },
    sharing: apart('sharer'),
    sharer: apart('sharing'),
  };
}

/** People whose employments, account and address do not go together; in the calm organization they do. */
export function plantedOddities(
  { alias, nowMs, variant }: Planting,
  missing: NonNullable<PersonLedger['identity']>,
): Readonly<Record<string, Said>> {
  const isCalm = variant === 'calm';
  const said = (daysAgo: number, more: Partial<Statement>): Statement => {
    const atMs = nowMs - daysAgo * DAY_MS;
    const id = `${daysAgo}-${more.kind ?? 'joiner'}-${more.workerId ?? ''}`;
    return {
      id,
      kind: 'joiner',
      occurredAtMs: atMs,
      effectiveAtMs: atMs,
      attributes: {},
      source: 'standard',
      ...more,
    };
  };
  const under = (name: string) => ({ workerId: '1', under: personKey(addressOf(alias, name)) });
  const away = { kind: 'mover' as const, workerId: '1', attributes: { [ABSENT]: 'true' } };
  return {
    'switched-off': {
      identity: missing,
      doubt: {
        timeline: [
          said(30, { workerId: '1' }),
          ...(isCalm ? [said(9, away)] : []),
          said(5, { kind: 'leaver', source: 'directory', of: 'account' }),
        ],
      },
    },
    'two-jobs': {
      identity: missing,
      grants: [{ group: 'Finance', fromMs: nowMs - 20 * DAY_MS }],
      doubt: {
        timeline: [
          said(30, { workerId: '1' }),
          said(30, { workerId: '2' }),
          ...(isCalm ? [] : [said(5, { kind: 'leaver', workerId: '2' })]),
        ],
      },
    },
    renamed: {
      doubt: {
        email: addressOf(alias, 'renamed-now'),
        formerEmails: [addressOf(alias, 'renamed')],
        timeline: [
          said(30, under('renamed')),
          said(isCalm ? 1 : 9, { ...under('renamed-now'), kind: 'mover' }),
        ],
      },
    },
  };
}
