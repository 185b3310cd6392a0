import { Argument, Option, type Command } from 'commander';
import { withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { instantText } from '../output/instant';
import { plainText } from '../output/plain-text';
import type { HistoryEntry } from '../../shared/domain/desk/history';
import { HistorySchema } from './answers';
import { withConnection } from './connection-options';
import { readPages, withLimit, type LimitOptions } from './paging';
import { tellFromApp } from './tell-from-app';

type Options = LimitOptions & Readonly<{ group?: true; ticket?: true; run?: true }>;

type Found = Readonly<{
  kind: 'person' | 'group' | 'ticket' | 'day' | 'run';
  about: string;
  entries: readonly HistoryEntry[];
  more: number;
  isWhole: boolean;
}>;

/** `access history`: what happened to a person, in a group or because of a ticket, by the evidence. */
export function addHistory(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('history')
    .description(
      'what happened to a person, in a group, because of a ticket, on a day or by a plan, and who decided, newest first',
    )
    .addArgument(
      new Argument('<what>', 'an address or a day; with --group the name of a group, with --ticket a number'),
    )
    .addOption(new Option('--group', 'it is a group').conflicts(['ticket', 'run']))
    .addOption(
      new Option('--ticket', 'it is the number of a ticket, or the id of a request').conflicts('run'),
    )
    .addOption(new Option('--run', 'it is the beginning of the hash of a plan, or the id of a call'));
  withLimit(command, 'records');
  withConnection(command);
  withFormats(command, { markdown: false });
  withExamples(command, [
    { what: 'what happened to Ana?', line: 'access history ana@acme.example' },
    { what: 'who came and went?', line: 'access history --group "Automation Developers"' },
    { what: 'what happened on a day, in the zone of the organization?', line: 'access history 2026-11-21' },
    { what: 'what was done by a plan that was released?', line: 'access history --run 3f2a9c01' },
    { what: 'what came of a ticket?', line: 'access history --ticket REQ-1 --json' },
  ]);
  command.action(async (about: string, options: Options) =>
    tellFromApp(io, state, command, async (app, organization) => {
      const kind = kindOf(about, options);
      let isWhole = true;
      const { items, more } = await readPages(
        io,
        options,
        'records',
        async (skip) => {
          const query = { [kind]: about, skip: String(skip) };
          const page = await app.get([organization, 'history'], query, HistorySchema);
          isWhole &&= page.isWhole;
          return page;
        },
        ({ entries }) => entries,
      );
      return toAnswer({ kind, about, entries: items, more, isWhole });
    }),
  );
}

function kindOf(about: string, { group, ticket, run }: Options): Found['kind'] {
  if (group === true) return 'group';
  if (ticket === true) return 'ticket';
  if (run === true) return 'run';
  if (about.includes('@')) return 'person';
  if (/^\d{4}-\d{2}-\d{2}$/.test(about)) return 'day';
  throw new CommandFailure(
    'history-unclear',
    'That is no address and no day: say --group, --ticket or --run where it is one',
  );
}

function toAnswer({ kind, about, entries, more, isWhole }: Found): Answer {
  return {
    exit: EXIT.done,
    json: { kind, about, entries, more, isWhole },
    text: (style) =>
      [
        ...(entries.length === 0 ? ['nothing is on record'] : []),
        ...entries.map((entry) =>
          [
            style('faint', instantText(entry.atMs)),
            ...(kind === 'person' ? [] : [plainText(entry.about)]),
            plainText(historyLine(entry), 2_000),
          ].join('  '),
        ),
        ...(more === 0 ? [] : [`and ${more} more: --limit 0 shows all`]),
        ...(isWhole ? [] : [style('doubtful', 'there may be more: not everything could be looked at')]),
      ].join('\n'),
  };
}

/** What happened, why and who decided, in one line; texts of others are in it as they are. */
export function historyLine({ words, group, ticket, why, by, outcome, policyHash }: HistoryEntry): string {
  return [
    words,
    ...(group === null ? [] : [`group ${group}`]),
    ...(ticket === null ? [] : [`ticket ${ticket}`]),
    ...(outcome === null ? [] : [outcome]),
    ...(why.length === 0 ? [] : [`because of ${why.join(', ')}`]),
    ...(by === null ? [] : [by]),
    ...(policyHash === '' ? [] : [`policy ${policyHash.slice(0, 8)}`]),
  ].join(', ');
}
