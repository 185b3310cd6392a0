import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { applyPlan } from '../../../../../shared/access/desk/plans/apply-plan';
import type { PlanKindOf } from '../../../../../shared/access/desk/plans/plan-kind-interface';
import { proposePlan } from '../../../../../shared/access/desk/plans/propose-plan';
import type { PlannedChange } from '../../../../../shared/domain/desk/proposed-plan';
import { organizationOf, withoutFaults } from '../../remediation-world';
import { useWorlds } from '../../world';
import { DESK } from './plan-world';

/** More than a row of evidence holds. */
const MANY = 4_000;
const begin = withoutFaults(useWorlds());

const changes = Array.from({ length: MANY }, (_one, at): PlannedChange => {
  const id = createHash('sha256').update(String(at)).digest('hex');
  const memberId = `${id.slice(0, 8)}-0000-4000-8000-${id.slice(8, 20)}`;
  return { change: 'add-reason', at: 'Finance', groupId: 'g-1', personKey: id, memberId, why: ['x'], of: id };
});
const computed = { changes, leftOut: [], facts: [], guards: [], notes: [] };

describe('a large plan', () => {
  it('is recorded whole before anything is done, and carried out in turns', async () => {
    const world = await begin();
    const made: PlannedChange[] = [];
    const kind: PlanKindOf = {
      read: async () => ({}),
      compute: async () => computed,
      carryOut: async () => async (part) => {
        made.push(...part);
        return 0;
      },
    };
    const kinds = { adopt: kind, differences: kind, import: kind, undo: kind };
    const { app } = world.engine;
    const { hash } = await proposePlan(app, kinds, world.alias, { kind: 'adopt', said: {}, by: DESK });
    const apply = async (turns: number) => {
      let left = turns;
      return applyPlan(app, kinds, world.alias, { hash, by: DESK, reason: 'x', hasTime: () => left-- > 0 });
    };
    await apply(3);
    expect(made).toHaveLength(300);
    expect(await apply(Infinity)).toMatchObject({ left: 0, plan: { decision: { done: MANY } } });
    expect(new Set(made.map(({ of }) => of)).size).toBe(MANY);
    const records = (await world.evidence(organizationOf(world))).filter(
      ({ kind: one }) => one === 'proposed-plan-applied',
    );
    const recorded = records.flatMap(({ facts }) => facts['changes'] as readonly PlannedChange[]);
    expect(new Set(recorded.map(({ of }) => of)).size).toBe(MANY);
    expect(recorded).toHaveLength(MANY);
    expect(await world.fault(organizationOf(world))).toBeUndefined();
  }, 60_000);
});
