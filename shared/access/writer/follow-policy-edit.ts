import type { Clock } from '../../clock';
import { NEW_ORGANIZATION_LEDGER } from '../../domain/ledger/organization-ledger';
import { organizationSubject, personSubject } from '../../domain/ledger/subject';
import { comparePeopleUnder, type PolicyEditPlan } from '../../domain/plan/policy-edit';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import type { Log } from '../../log-interface';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import { updateLedger } from '../ledger/update-ledger';
import { evidenceOfRun } from './evidence-of-run';
import type { MarksOfRun } from './marks-of-run';
import type { TimeBudget } from './time-budget-interface';

export type FollowPolicyEditDeps = Pick<TimeBudget, 'isTimeUp'> &
  Readonly<{
    organization: OrganizationPolicy;
    /** The version of the policy that the run works under. */
    policyHash: string;
    /** A version that was in force; undefined: it is not kept any more, or this version of the application does not read it. */
    policyOfVersion: (hash: string) => Promise<Policy | undefined>;
    ledger: Pick<LedgerStore, 'read' | 'write' | 'list'>;
    changes: Pick<ChangeStore, 'mark'>;
    marks: Pick<MarksOfRun, 'isOvertaken'>;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>;

/**
 * `followed`: whoever the version changes is marked. `overtaken`: something urgent goes before; call again. `not-now`: there is no time
 * left, or another version is on record than the run works under.
 */
type FollowOutcome = 'followed' | 'overtaken' | 'not-now';

/** Between two looks at whether something urgent waits, in people. */
const LOOK_EVERY = 1_000;
/** Groups of which the evidence tells how many gain and lose them. */
const MOST_GROUPS = 100;

/**
 * Follows an edit of the policy: compares its people under the version that was followed last and under the one in force, and marks whom
 * that changes, under a cause of the edit. It costs no call to UiPath. What was read is kept while something urgent goes before; a run
 * that ends begins anew. Safe to repeat: the same people are marked.
 */
export function followPolicyEdit(deps: FollowPolicyEditDeps): () => Promise<FollowOutcome> {
  let reading: AsyncGenerator<'overtaken' | 'not-now', FollowOutcome> | undefined;
  return async () => {
    reading ??= follow(deps);
    const { value } = await reading.next();
    return value;
  };
}

async function* follow(deps: FollowPolicyEditDeps): AsyncGenerator<'overtaken' | 'not-now', FollowOutcome> {
  const { organization, policyHash: hash, ledger } = deps;
  const { alias } = organization;
  const own = await ledger.read(organizationSubject(alias));
  const { policyHash, policyFollowed } = own?.value ?? {};
  if (policyHash !== hash) return 'not-now';
  if (policyFollowed === hash) return 'followed';
  const before = policyFollowed === undefined ? undefined : await deps.policyOfVersion(policyFollowed);
  const compared = comparePeopleUnder({
    before: before?.organizations.get(alias),
    after: organization,
    hash,
    nowMs: deps.clock.now(),
  });
  let read = 0;
  for await (const { key, value } of ledger.list(alias, 'person')) {
    if (value === undefined) compared.noteUnread(key);
    else compared.note(key, value);
    read += 1;
    if (deps.isTimeUp()) return 'not-now';
    if (read % LOOK_EVERY === 0 && (await deps.marks.isOvertaken())) yield 'overtaken';
  }
  const plan = compared.plan();
  const nowMs = deps.clock.now();
  await mapConcurrently(plan.people, STORAGE_WIDTH, async ({ personKey, cause }) =>
    deps.changes.mark(personSubject(alias, personKey), 'normal', nowMs, cause),
  );
  await record(deps, policyFollowed, plan);
  deps.log({ event: 'policy-followed', organization: alias, to: hash, people: plan.people.length });
  return 'followed';
}

async function record(
  deps: FollowPolicyEditDeps,
  from: string | undefined,
  { people, groups, emptied }: PolicyEditPlan,
): Promise<void> {
  const { policyHash: to } = deps;
  const told = groups.slice(0, MOST_GROUPS);
  const facts = {
    ...(from === undefined ? {} : { from }),
    to,
    people: people.length,
    groups: told,
    ...(groups.length > told.length ? { more: groups.length - told.length } : {}),
    emptied: { groups: emptied.groups.slice(0, MOST_GROUPS), lines: emptied.lines.slice(0, MOST_GROUPS) },
  };
  const evidence = people.length === 0 ? [] : [evidenceOfRun(deps, 'policy-followed', facts)];
  await updateLedger(
    deps.ledger,
    organizationSubject(deps.organization.alias),
    (current = NEW_ORGANIZATION_LEDGER) =>
      current.policyHash === to && current.policyFollowed !== to
        ? { next: { ...current, policyFollowed: to }, evidence }
        : undefined,
  );
}
