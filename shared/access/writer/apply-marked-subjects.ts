import type { Clock } from '../../clock';
import type { OrganizationPolicy } from '../../domain/policy';
import type { ChangeStore, Mark } from '../../storage/marks-and-attempts';
import { applyAccessPolicyEntries, type ApplyAccessPolicyEntriesDeps } from './apply-access-policy-entries';
import { applyPeopleMemberships, type ApplyPeopleMembershipsDeps } from './apply-people-memberships';
import { applyReleasedRemediations, type ApplyReleasedRemediationsDeps } from './apply-released-remediations';
import { applyRules, type ApplyRulesDeps } from './apply-rules';

export type ApplyMarkedSubjectsDeps = ApplyPeopleMembershipsDeps &
  ApplyRulesDeps &
  ApplyAccessPolicyEntriesDeps &
  ApplyReleasedRemediationsDeps &
  Readonly<{
    organization: Pick<OrganizationPolicy, 'alias'>;
    changes: Pick<ChangeStore, 'listMarks' | 'clearMark'>;
    clock: Pick<Clock, 'now'>;
    /** A run stops taking new work after this long and books the next one. */
    runMs: number;
  }>;

/** All of them as a rule: what is planned together is sent together. */
const MARKS_PER_PASS = 50_000;

/**
 * Works through the marks, urgent ones always first. Released changes come before the rules that they mark. Released removals
 * come after everybody, when it is known who got a reason meanwhile. Returns when to go on, epoch milliseconds, with what
 * waits for a call to fill or what there was no time for; undefined when nothing is left.
 */
export async function applyMarkedSubjects(deps: ApplyMarkedSubjectsDeps): Promise<number | undefined> {
  const startedAtMs = deps.clock.now();
  const seen = new Set<string>();
  const again: number[] = [];
  const released: Mark[] = [];
  let remediationsAreDone = false;
  for (;;) {
    const marks = (await deps.changes.listMarks(deps.organization.alias, MARKS_PER_PASS)).filter(
      (mark) => !seen.has(mark.etag),
    );
    if (deps.clock.now() - startedAtMs > deps.runMs && (marks.length > 0 || !remediationsAreDone))
      return deps.clock.now();
    if (marks.length === 0) {
      if (remediationsAreDone && released.length === 0)
        return again.length === 0 ? undefined : Math.min(...again);
      await applyReleasedRemediations(deps);
      for (const mark of released.splice(0)) await deps.changes.clearMark(mark);
      remediationsAreDone = true;
      continue;
    }
    const urgent = marks.filter((mark) => mark.lane === 'urgent');
    const batch = urgent.length > 0 ? urgent : marks;
    batch.forEach((mark) => seen.add(mark.etag));
    const lane = urgent.length > 0 ? 'urgent' : 'normal';
    const againAtMs = await applyPeopleMemberships(deps, ofKind(batch, 'person'), lane);
    if (againAtMs !== undefined) again.push(againAtMs);
    const ofOrganization = ofKind(batch, 'organization');
    if (ofOrganization.length > 0) await applyReleasedRemediations(deps, 'changes');
    released.push(...ofOrganization);
    await applyRules(deps, ofKind(batch, 'rule'));
    await applyAccessPolicyEntries(deps, ofKind(batch, 'entity'));
  }
}

function ofKind(marks: readonly Mark[], kind: Mark['subject']['kind']): readonly Mark[] {
  return marks.filter((mark) => mark.subject.kind === kind);
}
