import type { Clock } from '../../clock';
import type { Decider, SignedInPerson } from '../../domain/decider';
import { firstDecision, idOfDecision, type DecisionContent } from '../../domain/first-decision';
import { AppError } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { FirstDecisions } from '../../storage/desk/first-decisions';
import { updateOrganizationLedger } from '../ledger/organization/update-organization-ledger';
import { areOnePerson, type OwnMatterDeps } from './refuse-own-matter';

export type SecondPersonDeps = OwnMatterDeps &
  Readonly<{
    firstDecisions: Pick<FirstDecisions, 'get' | 'begin' | 'remove'>;
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
    clock: Pick<Clock, 'now'>;
  }>;

/** For the evidence who decided first; `done` ends the wait when the decision is carried out. */
type Seconded = Readonly<{ facts: Readonly<{ first?: SignedInPerson }>; done: () => Promise<void> }>;

/**
 * The person who decided the same before, within a week, where one is needed. The first is recorded and told that a second one is needed. Both are
 * people whom Entra ID signed in: a key does not say who has it, so one holder could be both.
 * @throws AppError `second-person-needed`, `not-permitted` for whoever is known by a key only
 */
export async function requireSecondPerson(
  deps: SecondPersonDeps,
  {
    organization,
    policyHash,
    isNeeded,
  }: Readonly<{ organization: string; policyHash: string; isNeeded: boolean }>,
  by: Decider,
  content: DecisionContent,
): Promise<Seconded> {
  if (!isNeeded) return { facts: {}, done: async () => undefined };
  if (by.kind !== 'person')
    throw new AppError(
      'not-permitted',
      'The policy asks for two people here, and a key does not say who has it',
    );
  const atMs = deps.clock.now();
  const id = idOfDecision(content);
  const known = await deps.firstDecisions.get(organization, id);
  if (known === undefined || known.untilMs <= atMs) {
    const { page, about } = content;
    await updateOrganizationLedger({ ledger: deps.ledger, organization: { alias: organization } }, [
      { kind: 'decision-begun', atMs, policyHash, facts: { decision: id, page, about, by } },
    ]);
    if (await deps.firstDecisions.begin(organization, firstDecision(content, by, atMs))) throw needed();
  }
  const first = (known ?? (await deps.firstDecisions.get(organization, id)))?.by;
  if (first === undefined || (await areOnePerson(deps, organization, [first, by]))) throw needed();
  return { facts: { first }, done: async () => deps.firstDecisions.remove(organization, [id]) };
}

function needed(): AppError {
  return new AppError(
    'second-person-needed',
    'It is recorded as the first of two decisions. Somebody else has to decide exactly the same within seven days',
  );
}
