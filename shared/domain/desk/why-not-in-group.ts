import { fold } from '../fold';
import {
  birthrightMatcher,
  grantsHeldWithAccount,
  isGrantValid,
  isRevoked,
  namesOfGroup,
  type PersonAccess,
} from '../ledger/person-access';
import type { Grant, PersonLedger } from '../ledger/person-ledger';
import { recordsOf } from '../ledger/worker-records';
import { workerAt } from '../ledger/worker-timeline';
import type { BirthrightLine, OrganizationPolicy } from '../policy';

/** Why somebody is not in a group: a stable word, and what it is about. */
export type WhyNot =
  /** The policy does not name the group: nothing this app knows can put anybody there. */
  | Readonly<{ kind: 'group-not-in-policy' }>
  | Readonly<{ kind: 'mode-observe' }>
  | Readonly<{ kind: 'left' | 'not-started' | 'away' }>
  | Readonly<{ kind: 'account-unknown'; identity: 'missing' | 'ambiguous' | 'not-looked-up' }>
  /** A line gives the group to others: the attribute that keeps it from this person, and what they have there. */
  | Readonly<{
      kind: 'birthright-unmet';
      line: string;
      attribute: string;
      needs: readonly string[];
      has: string;
    }>
  | Readonly<{ kind: 'grant-begins'; ticket: string; atMs: number }>
  | Readonly<{ kind: 'grant-ended'; ticket: string; atMs: number }>
  | Readonly<{ kind: 'grant-revoked' | 'grant-rests' | 'grant-ended-with-record'; ticket: string }>
  | Readonly<{ kind: 'no-reason' }>
  /** They have a reason, and the membership is not made yet. */
  | Readonly<{ kind: 'on-its-way' }>
  /** UiPath refused the change: it waits for a person as a dead letter. */
  | Readonly<{ kind: 'change-refused'; id: string; code: string }>;

type Asked = Readonly<{
  ledger: PersonLedger;
  access: PersonAccess;
  organization: OrganizationPolicy;
  /** Folded. */
  group: string;
  /** Of this person and group. */
  refused: Readonly<{ id: string; code: string }> | undefined;
  nowMs: number;
}>;

/** Every reason that is known why somebody is not in a group that they are not in, the most telling first. */
export function whyNotIn(asked: Asked): readonly WhyNot[] {
  const { ledger, access, organization, group, refused } = asked;
  const named = organization.groups.get(group);
  const isObserved = organization.mode === 'observe' || named?.mode === 'observe';
  const hasReason = named !== undefined && access.reasons.some((reason) => reason.group === group);
  if (hasReason)
    return [
      ...(isObserved ? [{ kind: 'mode-observe' } as const] : []),
      ...(refused === undefined ? [] : [{ kind: 'change-refused', ...refused } as const]),
      ...whyNoAccount(ledger),
      ...(refused === undefined && !isObserved ? [{ kind: 'on-its-way' } as const] : []),
    ];
  const found: readonly WhyNot[] = [
    ...(named === undefined ? [{ kind: 'group-not-in-policy' } as const] : []),
    ...whyNotAtWork(access, organization),
    ...ledger.grants
      .filter((grant) => namesOfGroup(grant).includes(group))
      .flatMap((grant) => whyNoGrant(grant, asked)),
    ...organization.birthright
      .filter((line) => line.groups.some((name) => fold(name) === group))
      .flatMap((line) => whyNoBirthright(line, asked)),
  ];
  return found.length === 0 ? [{ kind: 'no-reason' }] : found;
}

function whyNoAccount({ identity }: PersonLedger): readonly WhyNot[] {
  if (identity?.kind === 'resolved') return [];
  return [{ kind: 'account-unknown', identity: identity?.kind ?? 'not-looked-up' }];
}

function whyNotAtWork({ employment }: PersonAccess, { absence }: OrganizationPolicy): readonly WhyNot[] {
  if (employment === 'left') return [{ kind: 'left' }];
  if (employment === 'expected') return [{ kind: 'not-started' }];
  return employment === 'absent' && absence.access === 'suspend' ? [{ kind: 'away' }] : [];
}

function whyNoGrant(grant: Grant, { ledger, organization, nowMs }: Asked): readonly WhyNot[] {
  if (isGrantValid(grant, ledger, organization, nowMs)) return [];
  const { ticketId: ticket, validFromMs, validUntilMs } = grant;
  if (isRevoked(grant, ledger)) return [{ kind: 'grant-revoked', ticket }];
  if (validUntilMs !== undefined && validUntilMs <= nowMs)
    return [{ kind: 'grant-ended', ticket, atMs: validUntilMs }];
  if (validFromMs > nowMs) return [{ kind: 'grant-begins', ticket, atMs: validFromMs }];
  const rests = grantsHeldWithAccount(ledger, organization, nowMs).includes(fold(grant.group));
  return [{ kind: rests ? 'grant-rests' : 'grant-ended-with-record', ticket }];
}

/** By each worker record that is in force, the first attribute that is another; without one the line is not for them. */
function whyNoBirthright(line: BirthrightLine, { ledger, nowMs }: Asked): readonly WhyNot[] {
  const workers = recordsOf(ledger.timeline)
    .map((record) => workerAt(record, nowMs))
    .filter(({ employment }) => employment === 'active' || employment === 'absent');
  const unmet = workers.flatMap(({ attributes }): readonly WhyNot[] => {
    const isMet = birthrightMatcher(attributes);
    const missed = [...line.when].find((condition) => !isMet({ ...line, when: new Map([condition]) }));
    if (missed === undefined) return [];
    const [attribute, values] = missed;
    return [
      {
        kind: 'birthright-unmet',
        line: line.name,
        attribute,
        needs: [...values],
        has: attributes[attribute] ?? '',
      },
    ];
  });
  return unmet.slice(0, 1);
}
