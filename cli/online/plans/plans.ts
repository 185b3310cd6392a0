import { Argument, type Command } from 'commander';
import { withFormats, type RunState } from '../../answer';
import type { CommandIo } from '../../command-io';
import { withExamples } from '../../examples';
import { EXIT } from '../../exit-codes';
import { withConnection } from '../connection-options';
import { withLimit, type LimitOptions } from '../paging';
import { tellFromApp } from '../tell-from-app';
import { PlansSchema } from './plan-answers';
import { planHeadInText, planInText } from './plan-in-text';
import { findPlan, PLANS, readPlan } from './read-plan';

/** `access plans` and `access plans show`: what was planned, and how far it is. */
export function addPlans(program: Command, io: CommandIo, state: RunState): void {
  const plans = program
    .command('plans')
    .description('plans that were proposed or applied, and what each of them says');
  const list = plans
    .command('list', { isDefault: true })
    .description('plans of the last weeks, newest first: who planned and applied them, and how far they are');
  withConnection(list);
  withFormats(list, { markdown: false });
  withExamples(list, [{ what: 'what was planned?', line: 'access plans' }]);
  list.action(async () =>
    tellFromApp(io, state, list, async (app, organization) => {
      const found = await app.get([organization, PLANS], {}, PlansSchema);
      return {
        exit: EXIT.done,
        json: { plans: found.plans },
        text: (style) =>
          found.plans.length === 0
            ? 'nothing was planned'
            : found.plans.map((plan) => planHeadInText(plan, style)).join('\n'),
      };
    }),
  );
  const show = plans
    .command('show')
    .description('what a plan would do, by group, what it leaves out and why')
    .addArgument(new Argument('<hash>', 'the hash of the plan, or its beginning'));
  withConnection(withLimit(show, 'lines'));
  withFormats(show, { markdown: true });
  withExamples(show, [{ what: 'look before it is applied', line: 'access plans show 3f2a9c01' }]);
  show.action(async (hash: string, { limit }: LimitOptions) =>
    tellFromApp(io, state, show, async (app, organization) => {
      const whole = await findPlan(app, organization, hash);
      return planInText(await readPlan(io, app, { organization, hash: whole, limit }));
    }),
  );
}
