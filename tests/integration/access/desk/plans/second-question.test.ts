import { expect, it } from '@jest/globals';
import { answerForm } from '../../../../../shared/console/answer-form';
import { permissionsOf } from '../../../../../shared/console/visitor-permissions';
import { proposedPlan } from '../../../../../shared/domain/desk/proposed-plan';
import { useWorlds } from '../../world';
import { DESK } from './plan-world';

const begin = useWorlds();

it('what a plan takes away is named in the second question, however much it gives before', async () => {
  const world = await begin();
  const { app, clock } = world.engine;
  const organization = (await app.policy()).organizations.get(world.alias);
  if (organization === undefined) throw new Error('There is no such organization');
  const given = Array.from({ length: 400 }, (_one, at) => ({
    change: 'add-member' as const,
    at: 'Aaa',
    groupId: 'a',
    memberId: `m${at}`,
    why: [],
  }));
  const taken = { change: 'remove-member' as const, at: 'Zzz', groupId: 'z', memberId: 'Nora', why: [] };
  const plan = proposedPlan(
    { organization: world.alias, kind: 'differences', asked: {}, policyHash: 'p' },
    { changes: [...given, taken], leftOut: [], facts: [], guards: [], notes: [] },
    { by: DESK, atMs: clock.now() },
  );
  await app.proposedPlans.propose(world.alias, plan);
  const visitor = { by: DESK, appRoles: [], id: 'desk' };
  const layout = {
    visitor,
    organizations: [world.alias],
    organization: world.alias,
    page: 'proposed-plans' as const,
    may: permissionsOf(visitor, organization),
    observed: undefined,
    operatesIn: [],
    timeZone: 'UTC',
    token: 't',
    done: undefined,
  };
  const fields = new URLSearchParams({ reason: 'agreed' });
  const answer = await answerForm(app, layout, { id: plan.hash, fields });
  const text = 'show' in answer ? answer.show.html : '';
  expect(text).toContain('1 membership would end');
  expect(text).toContain('Remove Nora from Zzz');
});
