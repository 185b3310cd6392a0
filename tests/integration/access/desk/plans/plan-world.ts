import { applyPlan, type PlanProgress } from '../../../../../shared/access/desk/plans/apply-plan';
import { planKinds } from '../../../../../shared/access/desk/plans/plan-kinds';
import { proposePlan } from '../../../../../shared/access/desk/plans/propose-plan';
import type { HumanDecider } from '../../../../../shared/domain/decider';
import type { PlanKind, ProposedPlan } from '../../../../../shared/domain/desk/proposed-plan';
import { keyHolder } from '../../../../fixtures/key-holder';
import type { Instance } from '../../../../fixtures/engine-instance';
import { auditNight } from '../../remediation-world';
import type { World } from '../../world';

export const DESK = keyHolder('Maria Lead');
export const SAID = { owner: 'Olga Admin', ticket: 'GOV-12' };

type Options = Readonly<{ by?: HumanDecider; app?: Instance }>;

/** Plans in somebody's name. */
export async function plan(
  world: World,
  kind: PlanKind,
  said: Readonly<Record<string, string>>,
  { by = DESK, app = world.engine.app }: Options = {},
): Promise<ProposedPlan> {
  return proposePlan(app, planKinds(app), world.alias, { kind, said, by });
}

/** Applies a plan in somebody's name, for as many parts as there are turns. */
export async function apply(
  world: World,
  hash: string,
  {
    by = DESK,
    app = world.engine.app,
    reason = 'agreed',
    turns = Infinity,
  }: Options & Readonly<{ reason?: string; turns?: number }> = {},
): Promise<PlanProgress> {
  let left = turns;
  const hasTime = (): boolean => {
    left -= 1;
    return left >= 0;
  };
  return applyPlan(app, planKinds(app), world.alias, { hash, by, reason, hasTime });
}

/** What a plan would do, as `+ group: member`, by the words of the world. */
export function linesIn({ changes }: Pick<ProposedPlan, 'changes'>, world: World): readonly string[] {
  const names = new Map(PEOPLE.map((email) => [world.id(email), email]));
  return changes
    .map(({ change, at, memberId = '' }) => `${change} ${at}: ${names.get(memberId) ?? memberId}`)
    .toSorted((a, b) => (a < b ? -1 : 1));
}

const PEOPLE = [
  'olga.admin@acme.example',
  'ana.pop@acme.example',
  'ben.lead@acme.example',
  'cara.dev@acme.example',
  'dan.ops@acme.example',
];

/** The open findings of a night's audit about members, as `check group: member`. */
export async function openMembers(world: World): Promise<readonly string[]> {
  return (await auditNight(world)).findings
    .filter(({ state, check }) => state !== 'fixed' && state !== 'waived' && check.startsWith('member-'))
    .map(({ check, subject }) => `${check} ${subject['group'] ?? ''}: ${subject['name'] ?? ''}`)
    .toSorted((a, b) => (a < b ? -1 : 1));
}
