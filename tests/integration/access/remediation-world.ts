import { remediateFinding } from '../../../shared/access/desk/findings/remediate-finding';
import { type Subject, subjectByName } from '../../../shared/domain/ledger/subject';
import { runAudit } from '../../../shared/access/audit/run-audit';
import type { CheckId } from '../../../shared/domain/audit/check-catalog';
import type { FindingRecord } from '../../../shared/domain/audit/finding';
import type { AuditReport } from '../../../shared/domain/audit/report';
import { BEN, OLGA, type useWorlds, type World } from './world';
import { keyHolder } from '../../fixtures/key-holder';

type Start = ReturnType<typeof useWorlds>;

const BASELINE = ['Administrators', 'Automation Users'].map((name) => ({ entityType: 'group', name }));

/** A world without a fault: its groups are those of the policy, and its access policy is the agreed one. */
export function withoutFaults(begin: Start): Start {
  return async (options = {}) =>
    begin({
      ...options,
      seed: {
        saml: true,
        groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [] },
        accessPolicy: BASELINE.map(({ name }) => name),
        ...options.seed,
      },
      policy: {
        accessPolicy: { requests: { approvers: [BEN] }, baseline: BASELINE },
        rules: { requests: {} },
        ...options.policy,
      },
    });
}

let nights = 0;

/** Audits a world, a day after the last time. */
export async function auditNight(world: World): Promise<AuditReport> {
  const { app, clock } = world.engine;
  nights += 1;
  clock.advance(86_400_000);
  const night = String(202603010200 + nights);
  const report = await runAudit({ ...app, uipath: app.auditUiPath }, { organization: world.alias, night });
  if (report === undefined) throw new Error('The audit was given up');
  return report;
}

/** The one open finding of a check. */
export async function findingOf(world: World, check: CheckId): Promise<FindingRecord> {
  const found = (await auditNight(world)).findings.filter(
    (one) => one.check === check && one.state !== 'fixed',
  );
  const [finding, ...others] = found;
  if (finding === undefined || others.length > 0)
    throw new Error(`There are ${found.length} findings of ${check}`);
  return finding;
}

/** Ben releases the plan that a finding shows. */
export async function release(world: World, { id, remediation }: FindingRecord): Promise<FindingRecord> {
  return remediateFinding(world.engine.app, world.alias, id, {
    by: keyHolder('Ben'),
    planHash: remediation?.planHash ?? 'none',
  });
}

/** What became of the plans of a world, with the reasons of those that did nothing. */
export async function fatesOf(world: World): Promise<readonly string[]> {
  const plans = await world.engine.app.holds.list(world.alias);
  return plans.map(({ state, because }) => (because === undefined ? state : `${state}: ${because}`));
}

export const organizationOf = ({ alias }: World): Subject => ({
  organization: alias,
  kind: 'organization',
  key: 'organization',
});
export const entryOf = ({ alias }: World, name: string): Subject => subjectByName(alias, 'entity', name);
export const ruleOf = ({ alias }: World, name: string): Subject => subjectByName(alias, 'rule', name);
