import type { Command } from 'commander';
import { withFormats, type RunState } from '../../answer';
import type { CommandIo } from '../../command-io';
import { withExamples } from '../../examples';
import { withConnection } from '../connection-options';
import { withLimit, type LimitOptions } from '../paging';
import { tellFromApp } from '../tell-from-app';
import { planInText } from './plan-in-text';
import { planAndRead } from './read-plan';

/** `access plan`: what would make UiPath what ledger and policy want, by the last audit. */
export function addPlan(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('plan')
    .description(
      'plan what would make UiPath what ledger and policy want: exactly what the findings of the last audit would mend, memberships, rules and entries of the access policy',
    );
  withConnection(withLimit(command, 'lines'));
  withFormats(command, { markdown: true });
  withExamples(command, [
    { what: 'what differs?', line: 'access plan' },
    { what: 'as a comment, whole', line: 'access plan --markdown --limit 0' },
  ]);
  command.action(async ({ limit }: LimitOptions) =>
    tellFromApp(io, state, command, async (app, organization) =>
      planInText(await planAndRead(io, app, { organization, kind: 'differences', said: {}, limit })),
    ),
  );
}
