import { Option, type Command } from 'commander';
import { REVIEW_DAYS } from '../../../shared/domain/desk/plan-adoption';
import { withFormats, type RunState } from '../../answer';
import type { CommandIo } from '../../command-io';
import { withExamples } from '../../examples';
import { withConnection } from '../connection-options';
import { withLimit, type LimitOptions } from '../paging';
import { tellFromApp } from '../tell-from-app';
import { planInText } from './plan-in-text';
import { planAndRead } from './read-plan';

type AdoptOptions = Readonly<{
  owner: string;
  ticket: string;
  group?: string;
  person?: string;
  until?: string;
}> &
  LimitOptions;

/** `access adopt`: a plan that makes reasons of memberships which nothing explains. */
export function addAdopt(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('adopt')
    .description(
      'plan reasons for members whom UiPath has and nothing explains, by the last audit: with an owner, a ticket and an end',
    )
    .addOption(new Option('--owner <name>', 'who answers for these memberships').makeOptionMandatory())
    .addOption(new Option('--ticket <id>', 'the ticket in which that was agreed').makeOptionMandatory())
    .addOption(new Option('--group <name>', 'of one group only'))
    .addOption(new Option('--person <address>', 'of one person only'))
    .addOption(
      new Option(
        '--until <day>',
        `the last day, such as 2027-03-31; a review date in ${REVIEW_DAYS} days by default`,
      ),
    );
  withConnection(withLimit(command, 'lines'));
  withFormats(command, { markdown: true });
  withExamples(command, [
    {
      what: 'whoever is in a group today, until a review',
      line: 'access adopt --owner "Olga Admin" --ticket GOV-12',
    },
    {
      what: 'one group, to a day',
      line: 'access adopt --group Finance --owner "Fred Finance" --ticket GOV-13 --until 2027-03-31',
    },
  ]);
  command.action(async ({ owner, ticket, group, person, until, limit }: AdoptOptions) =>
    tellFromApp(io, state, command, async (app, organization) => {
      const said = { owner, ticket, group, person, until };
      return planInText(await planAndRead(io, app, { organization, kind: 'adopt', said, limit }));
    }),
  );
}
