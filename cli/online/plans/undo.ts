import { Argument, Option, type Command } from 'commander';
import { withFormats, type RunState } from '../../answer';
import type { CommandIo } from '../../command-io';
import { withExamples } from '../../examples';
import { withConnection } from '../connection-options';
import { withLimit, type LimitOptions } from '../paging';
import { tellFromApp } from '../tell-from-app';
import { planInText } from './plan-in-text';
import { planAndRead } from './read-plan';

type UndoOptions = Readonly<{ owner?: string; ticket?: string; until?: string }> & LimitOptions;

/** `access undo`: the inverse of a plan, a hold or a request, as a plan like any other. */
export function addUndo(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('undo')
    .description(
      'plan the inverse of a plan that was applied, a hold that was released, or a request: what was given ends, what was taken is given back with a reason',
    )
    .addArgument(
      new Argument(
        '<id>',
        'the whole hash of the plan or hold, or the request with its source, such as jira/REQ-7',
      ),
    )
    .addOption(new Option('--owner <name>', 'who answers for what is given back'))
    .addOption(new Option('--ticket <id>', 'the ticket in which that was agreed'))
    .addOption(new Option('--until <day>', 'the last day of what is given back; a review date by default'));
  withConnection(withLimit(command, 'lines'));
  withFormats(command, { markdown: true });
  withExamples(command, [
    { what: 'what a request gave', line: 'access undo jira/REQ-7' },
    {
      what: 'what a release took away',
      line: 'access undo <hash> --owner "Olga Admin" --ticket GOV-14',
    },
  ]);
  command.action(async (id: string, { owner, ticket, until, limit }: UndoOptions) =>
    tellFromApp(io, state, command, async (app, organization) => {
      const said = { id, owner, ticket, until };
      return planInText(await planAndRead(io, app, { organization, kind: 'undo', said, limit }));
    }),
  );
}
