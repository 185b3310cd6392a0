import type { Subject } from '../../domain/ledger/subject';
import { mayStillShow } from '../../domain/plan/open-call';
import type { CreateRuleAttempt } from '../../storage/fenced-attempts';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { UiPathClient } from '../../uipath/client';
import { recordRuleOutcome } from './rules/record-rule-outcome';
import type { EvidenceOfRunDeps } from './evidence-of-run';
import type { UiPathInLane } from './uipath-in-lane';
import type { WriterFence } from './lease-and-fence-interface';

export type AdoptCreatedRuleDeps = EvidenceOfRunDeps &
  Pick<WriterFence, 'fence'> &
  Readonly<{
    changes: Pick<ChangeStore, 'replace'>;
    uipath: UiPathInLane<{ rules: Pick<UiPathClient['rules'], 'list'> }, 'urgent'>;
  }>;

/**
 * Recovers a create call whose answer was lost. The call has no idempotency key, so the rule is looked up by name and
 * description. False while it is not listed and still may come to be: the attempt stays open, and no second rule is made. Later
 * it counts as not created, and the run that follows creates it.
 */
export async function adoptCreatedRule(
  deps: AdoptCreatedRuleDeps,
  attempt: CreateRuleAttempt,
): Promise<boolean> {
  const { organization, changes, fence } = deps;
  const subject: Subject<'rule'> = {
    organization: organization.alias,
    kind: 'rule',
    key: attempt.subjectKey,
  };
  const listed = await deps.uipath.urgent.rules.list();
  const found = listed.find((rule) => rule.name === attempt.name && rule.description === attempt.description);
  if (found === undefined) {
    const askedAtMs = deps.clock.now();
    if (!mayStillShow(attempt, askedAtMs)) return true;
    await changes.replace(organization.alias, fence, { ...attempt, askedAtMs });
    return false;
  }
  const { contentHash } = attempt;
  const have = { ruleId: found.id, contentHash, sinceMs: deps.clock.now() };
  await recordRuleOutcome(deps, subject, have, 'rule-created', {
    contentHash,
    ruleId: found.id,
    readBack: true,
  });
  return true;
}
