import { Argument, type Command } from 'commander';
import { withFormats, type Answer, type RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { markdownText } from '../output/markdown-text';
import { plainText } from '../output/plain-text';
import { comparePeople, type ComparedGroup } from '../../shared/domain/desk/compared-people';
import { ExplainedSchema, type Explained } from './answers';
import { withConnection } from './connection-options';
import { reasonText, standingText } from './reasons-in-words';
import { tellFromApp } from './tell-from-app';

/** `access compare`: what two people have, side by side. */
export function addCompare(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('compare')
    .description('the groups of two people side by side: what only one of them has, and why')
    .addArgument(new Argument('<person>', 'an address of the one'))
    .addArgument(new Argument('<other>', 'an address of the other'));
  withConnection(command);
  withFormats(command, { markdown: true });
  withExamples(command, [
    {
      what: 'what does Ben have that Ana has not?',
      line: 'access compare ana@acme.example ben@acme.example',
    },
  ]);
  command.action(async (person: string, other: string) =>
    tellFromApp(io, state, command, async (app, organization) => {
      const path = [organization, 'explain'];
      const first = await app.get(path, { person }, ExplainedSchema);
      const second = await app.get(path, { person: other }, ExplainedSchema);
      return compared(first, second);
    }),
  );
}

function compared(first: Explained, second: Explained): Answer {
  const groups = comparePeople(first.groups, second.groups);
  const titles = {
    first: `only ${first.person}`,
    second: `only ${second.person}`,
    both: 'both',
  } as const;
  const of = (which: ComparedGroup['of']): readonly ComparedGroup[] =>
    groups.filter((one) => one.of === which);
  const sides = (one: ComparedGroup): ReadonlyArray<readonly [string, string]> =>
    [[first.person, one.first] as const, [second.person, one.second] as const].flatMap(([person, group]) =>
      group === null
        ? []
        : [[person, [standingText(group), ...group.reasons.map(reasonText)].join('; ')] as const],
    );
  return {
    exit: EXIT.done,
    json: { first: first.person, second: second.person, atMs: Math.min(first.atMs, second.atMs), groups },
    text: (style) =>
      (['first', 'second', 'both'] as const)
        .flatMap((which) => [
          style(
            'strong',
            `${plainText(titles[which])}: ${of(which).length === 0 ? 'nothing' : ''}`.trimEnd(),
          ),
          ...of(which).flatMap((one) => [
            `  ${plainText(one.group)}`,
            ...sides(one).map(([person, words]) => `    ${plainText(person)}: ${plainText(words, 2_000)}`),
          ]),
        ])
        .join('\n'),
    markdown: () =>
      [
        `| group | ${markdownText(first.person)} | ${markdownText(second.person)} |`,
        '| --- | --- | --- |',
        ...groups.map((one) => {
          const cells = [one.first, one.second].map((group) =>
            group === null
              ? ''
              : [standingText(group), ...group.reasons.map(reasonText)]
                  .map((text) => markdownText(text))
                  .join('<br>'),
          );
          return `| ${markdownText(one.group)} | ${cells.join(' | ')} |`;
        }),
      ].join('\n'),
  };
}
