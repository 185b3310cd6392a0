import { Argument, Option, type Command } from 'commander';
import { countOf } from '../../../shared/domain/desk/organization-status';
import { withFormats, type RunState } from '../../answer';
import { CommandFailure } from '../../command-failure';
import type { CommandIo } from '../../command-io';
import { withExamples } from '../../examples';
import { EXIT } from '../../exit-codes';
import { plainText } from '../../output/plain-text';
import { createProgress } from '../../output/progress';
import type { RunningApp } from '../ask-app';
import { withConnection } from '../connection-options';
import { tellFromApp } from '../tell-from-app';
import { PlanAnswerSchema } from './plan-answers';
import { findPlan, PLANNING_TIMEOUT_MS, PLANS } from './read-plan';

/** `access apply`: exactly what a plan says, in the name of whoever signed in. */
export function addApply(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('apply')
    .description(
      'carry out one plan in your name: exactly what it says, or nothing where what it was made of is not so any more',
    )
    .addArgument(new Argument('<hash>', 'the hash of the plan, or its beginning'))
    .addOption(new Option('--reason <text>', 'why, for the evidence').makeOptionMandatory());
  withConnection(command);
  withFormats(command, { markdown: false });
  withExamples(command, [
    { what: 'after somebody looked at it', line: 'access apply 3f2a9c01 --reason "agreed in GOV-12"' },
  ]);
  command.action(async (hash: string, { reason }: Readonly<{ reason: string }>) =>
    tellFromApp(io, state, command, async (app, organization) => {
      const whole = await findPlan(app, organization, hash);
      const { words, by, counts, notMade, done } = await applyAll(
        io,
        app,
        [organization, PLANS, whole],
        reason,
      );
      const rest =
        notMade === 0 ? '' : `; ${countOf(notMade, 'change')} could not be made any more: access plans show`;
      return {
        exit: notMade === 0 ? EXIT.done : EXIT.no,
        json: { hash: whole, done, changes: counts.changes, notMade, words, by },
        text: (style) =>
          `${style('good', '✔')} ${plainText(words)} ${countOf(counts.changes, 'change')} (${plainText(by)})${rest}`,
      };
    }),
  );
}

/** A large plan is carried out in several turns: asked for again until nothing is left. */
async function applyAll(io: CommandIo, app: RunningApp, path: readonly string[], reason: string) {
  const apply = async () => app.post(path, { reason }, PlanAnswerSchema, PLANNING_TIMEOUT_MS);
  let answer = await apply();
  const progress = createProgress(io.stderr, io.nowMs, { what: 'changes', total: answer.counts.changes });
  try {
    while (answer.left > 0) {
      const before = answer.left;
      progress.at(answer.counts.changes - before);
      answer = await apply();
      if (answer.left >= before && answer.done === 'begun')
        throw new CommandFailure(
          'plan-not-done',
          `The plan does not go on: ${answer.left} changes are left`,
          {
            exit: EXIT.no,
            hint: 'Give the same command again in some minutes: what was made is not made twice.',
          },
        );
    }
  } finally {
    progress.end();
  }
  return answer;
}
