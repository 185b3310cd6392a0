import { Argument, Option, type Command } from 'commander';
import { withFormats, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { instantText } from '../output/instant';
import { plainText } from '../output/plain-text';
import type { TextStyle } from '../output/text-style';
import { countOf } from '../../shared/domain/desk/organization-status';
import { GroupsAsOfSchema, MembersAsOfSchema } from './answers-of-past';
import { withConnection } from './connection-options';
import { readPages, withLimit, type LimitOptions } from './paging';
import { tellFromApp } from './tell-from-app';

type Options = LimitOptions & Readonly<{ group?: string; person?: string }>;
type Known = Readonly<{ isMember: boolean | null; how: string; knownAtMs: number | null }>;

/** `access as-of`: who was in a group, or which groups a person had, at a moment. */
export function addAsOf(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('as-of')
    .description('who was in a group, or which groups a person had, at a moment, and how that is known')
    .addArgument(
      new Argument('<date>', 'a day such as 2026-11-21, of which it is the end, or 2026-11-21T08:00Z'),
    )
    .addOption(new Option('--group <name>', 'who was in this group').conflicts('person'))
    .addOption(new Option('--person <address>', 'which groups this person had'));
  withLimit(command, 'members');
  withConnection(command);
  withFormats(command, { markdown: false });
  withExamples(command, [
    { what: 'who was an administrator then?', line: 'access as-of 2026-11-21 --group Administrators' },
    {
      what: 'what did Ana have that morning?',
      line: 'access as-of 2026-11-21T08:00Z --person ana@acme.example',
    },
  ]);
  command.action(async (at: string, options: Options) =>
    tellFromApp(io, state, command, async (app, organization) => {
      const { group, person } = options;
      const path = [organization, 'as-of'];
      if (person !== undefined) {
        const found = await app.get(path, { at, person }, GroupsAsOfSchema);
        return {
          exit: EXIT.done,
          json: { ...found },
          text: (style) =>
            [
              `${style('strong', plainText(found.person))} ${instantText(found.asOfMs)}: ${countOf(found.groups.filter(({ isMember }) => isMember === true).length, 'group')}; ${nightsText(found)}`,
              ...found.groups.map((one) => `${plainText(one.group)}: ${howText(one, style)}`),
              ...(found.notRead.length === 0
                ? []
                : [
                    style(
                      'doubtful',
                      `not known, as no night of around then read them: ${found.notRead.map((one) => plainText(one)).join(', ')}`,
                    ),
                  ]),
            ].join('\n'),
        };
      }
      if (group === undefined) throw new CommandFailure('as-of-unclear', 'Of what? Say --group or --person');
      const { last, items, more } = await readPages(
        io,
        options,
        'members',
        async (skip) => app.get(path, { at, group, skip: String(skip) }, MembersAsOfSchema),
        ({ members }) => members,
      );
      const { next: _next, members: _members, ...head } = last;
      return {
        exit: EXIT.done,
        json: { ...head, members: items, more },
        text: (style) =>
          [
            `${style('strong', plainText(head.group))} ${instantText(head.asOfMs)}: ${countOf(head.total - head.notKnown, 'member')}${head.notKnown === 0 ? '' : `, and ${head.notKnown} of whom it is not known`}; ${nightsText(head)}`,
            ...items.map(
              (one) =>
                `${plainText(one.name === one.memberId ? one.memberId : `${one.name} (${one.memberId})`)}: ${howText(one, style)}`,
            ),
            ...(more === 0 ? [] : [`and ${more} more: --limit 0 shows all`]),
            ...(head.isWhole
              ? []
              : [
                  style(
                    'doubtful',
                    'there may be more: whom this app put in and took out again between the nights is in: access history --group',
                  ),
                ]),
            ...(head.withoutRecords === 0
              ? []
              : [
                  style(
                    'doubtful',
                    `the records of ${head.withoutRecords} were not looked at: they are told by the nights alone`,
                  ),
                ]),
          ].join('\n'),
      };
    }),
  );
}

/** By which nights it is known, and what that means for what cannot be. */
function nightsText({ before, after }: Readonly<{ before: string | null; after: string | null }>): string {
  if (before === null && after === null)
    return 'no night of around then is stored any more, so only what this app did is known, and nothing that others did';
  if (before === null) return `known by what was done until the night ${plainText(after ?? '')}`;
  if (after === null)
    return `known by the night ${plainText(before)} and what this app did since; what others did since is not known yet`;
  return `known by the nights ${plainText(before)} and ${plainText(after)} and what this app did; who came and went between them by others is not known`;
}

function howText({ isMember, how, knownAtMs }: Known, style: TextStyle): string {
  const at = knownAtMs === null ? '' : ` ${instantText(knownAtMs)}`;
  if (isMember === null) return style('doubtful', UNKNOWN[how]?.(at) ?? 'not known');
  return HOW[how]?.(at) ?? plainText(how);
}

const HOW: Readonly<Record<string, (at: string) => string>> = {
  recorded: (at) => `in it by the records of this app, since${at}`,
  seen: () => 'seen in it by the nights before and after',
  'seen-before': (at) => `seen in it${at}, and nothing was recorded since then until that moment`,
  'recorded-after': (at) => `in it, as this app took them out${at}`,
};

const UNKNOWN: Readonly<Record<string, (at: string) => string>> = {
  'changed-unseen': (at) => `not known: somebody else changed it after${at}`,
};
