import { Argument, type Command } from 'commander';
import type { z } from 'zod';
import { withFormats, type Answer, type RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { agoText, instantText } from '../output/instant';
import { markdownText } from '../output/markdown-text';
import { plainText } from '../output/plain-text';
import type { ExplainedMember } from '../../shared/domain/desk/members-of-group';
import { countOf } from '../../shared/domain/desk/organization-status';
import { MembersSchema } from './answers';
import { withConnection } from './connection-options';
import { readPages, withLimit, type LimitOptions } from './paging';
import { reasonText } from './reasons-in-words';
import { tellFromApp } from './tell-from-app';

type Members = Readonly<Omit<z.infer<typeof MembersSchema>, 'next'> & { more: number }>;

/** `access who`: every member of a group that UiPath had in the last audit, and why. */
export function addWho(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('who')
    .description('every member of a group in UiPath, by the last audit, with the reasons that are known')
    .addArgument(new Argument('<group>', 'the name of the group'));
  withLimit(command, 'members');
  withConnection(command);
  withFormats(command, { markdown: true });
  withExamples(command, [
    { what: 'who is an administrator, and why?', line: 'access who Administrators' },
    { what: 'all of a large group', line: 'access who "Everybody in Finance" --limit 0 --json' },
  ]);
  command.action(async (group: string, options: LimitOptions) =>
    tellFromApp(io, state, command, async (app, organization) => {
      const { last, items, more } = await readPages(
        io,
        options,
        'members',
        async (skip) => app.get([organization, 'members'], { group, skip: String(skip) }, MembersSchema),
        ({ members }) => members,
      );
      const { next: _next, ...head } = last;
      return toAnswer({ ...head, members: items.slice(), more });
    }),
  );
}

function toAnswer(found: Members): Answer {
  const { members, more, total } = found;
  const unknown = members.filter(({ reasons, isUnreadable }) => reasons.length === 0 && !isUnreadable).length;
  const head = `${countOf(total, 'member')} in UiPath ${instantText(found.takenAtMs)}, by the last audit (${agoText(found.takenAtMs, found.atMs)})`;
  const policy = found.mode === null ? 'the policy does not name the group' : `mode ${found.mode}`;
  const sum = `${unknown} of ${countOf(members.length, 'member')} shown without a known reason`;
  const rest = more === 0 ? [] : [`and ${more} more: --limit 0 shows all`];
  return {
    exit: EXIT.done,
    json: { ...found, withoutReason: unknown },
    text: (style) =>
      [
        `${style('strong', plainText(found.group))}: ${head}; ${plainText(policy)}`,
        ...members.flatMap((member) => [
          `${plainText(nameOf(member))}${plainText(sinceOf(member))}`,
          ...reasonsOf(member).map((reason) =>
            member.reasons.length === 0 ? `  ${style('doubtful', reason)}` : `  ${plainText(reason, 2_000)}`,
          ),
        ]),
        ...rest,
        sum,
      ].join('\n'),
    markdown: () =>
      [
        `**${markdownText(found.group)}**: ${head}; ${markdownText(policy)}`,
        '',
        '| who | since | why |',
        '| --- | --- | --- |',
        ...members.map(
          (member) =>
            `| ${markdownText(nameOf(member))} | ${member.sinceMs === null ? '' : instantText(member.sinceMs)} | ${reasonsOf(
              member,
            )
              .map((one) => markdownText(one))
              .join('<br>')} |`,
        ),
        '',
        ...rest,
        sum,
      ].join('\n'),
  };
}

/** Names before ids: what the ledger calls them, else UiPath, and the id where neither does. */
function nameOf({ person, name, memberId, kind }: ExplainedMember): string {
  const known = person ?? name;
  const isPerson = kind === 'user' || kind === 'directory-user';
  const what = isPerson ? '' : `${kind} `;
  return known === memberId ? `${what}${memberId}` : `${what}${known} (${memberId})`;
}

function sinceOf({ sinceMs, origin, employment }: ExplainedMember): string {
  const since = sinceMs === null ? '' : `, since ${instantText(sinceMs)}`;
  const by = origin === 'standing' ? ', was there before' : '';
  return `${since}${by}${employment === 'left' ? ', has left' : ''}`;
}

function reasonsOf({ reasons, isUnreadable }: ExplainedMember): readonly string[] {
  if (reasons.length > 0) return reasons.map(reasonText);
  return [isUnreadable ? 'not known: their ledger cannot be read' : 'none known'];
}
