import { Argument, type Command } from 'commander';
import { withFormats, type Answer, type RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { instantText } from '../output/instant';
import { markdownText } from '../output/markdown-text';
import { plainText } from '../output/plain-text';
import { ExplainedSchema, type Explained } from './answers';
import { withConnection } from './connection-options';
import { reasonText, standingText } from './reasons-in-words';
import { tellFromApp } from './tell-from-app';
import { whyNotText } from './why-not-in-words';

/** `access explain`: why somebody is in their groups, and why not in one. */
export function addExplain(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('explain')
    .description('why a person is in their groups, since when and who decided; of one group also why not')
    .addArgument(new Argument('<person>', 'an address of the person, of today or of before'))
    .addArgument(new Argument('[group]', 'one group, by its name'));
  withConnection(command);
  withFormats(command, { markdown: true });
  withExamples(command, [
    { what: 'why is Ana where she is?', line: 'access explain ana@acme.example' },
    {
      what: 'why is she not among the developers? Ends with 1 where she is not',
      line: 'access explain ana@acme.example "Automation Developers"',
    },
  ]);
  command.action(async (person: string, group: string | undefined) =>
    tellFromApp(io, state, command, async (app, organization) =>
      toAnswer(await app.get([organization, 'explain'], { person, group }, ExplainedSchema), group),
    ),
  );
}

function toAnswer(explained: Explained, asked: string | undefined): Answer {
  const { groups, whyNot, evidenceFault } = explained;
  const isOutside = asked !== undefined && groups.every(({ isMember }) => !isMember);
  const noReason = 'no reason is known: it is on its way out, or somebody else put them there';
  const reasonsOf = ({ reasons, isMember }: Explained['groups'][number]): readonly string[] =>
    reasons.length === 0 && isMember ? [noReason] : reasons.map(reasonText);
  return {
    exit: isOutside ? EXIT.no : EXIT.done,
    json: { ...explained },
    text: (style) =>
      [
        `${style('strong', plainText(explained.person))}: ${plainText(aboutText(explained), 2_000)}`,
        ...(evidenceFault === null
          ? []
          : [style('bad', `the evidence is not whole: ${plainText(evidenceFault)}`)]),
        ...(groups.length === 0 ? ['in no group, and no reason to be'] : []),
        ...groups.flatMap((group) => [
          `${style('strong', plainText(group.group))}: ${standingText(group)}`,
          ...reasonsOf(group).map((reason) => `  ${plainText(reason, 2_000)}`),
        ]),
        ...whyNot.map((why) => `  ${style('doubtful', 'why not')}: ${plainText(whyNotText(why), 2_000)}`),
      ].join('\n'),
    markdown: () =>
      [
        `**${markdownText(explained.person)}**: ${markdownText(aboutText(explained))}`,
        '',
        ...groups.flatMap((group) => [
          `- **${markdownText(group.group)}**: ${standingText(group)}`,
          ...reasonsOf(group).map((reason) => `  - ${markdownText(reason)}`),
        ]),
        ...whyNot.map((why) => `  - why not: ${markdownText(whyNotText(why))}`),
      ].join('\n'),
  };
}

function aboutText({
  employment,
  formerAddresses,
  directoryId,
  lockedUntilMs,
  nextChangeAtMs,
}: Explained): string {
  return [
    EMPLOYMENT[employment] ?? employment,
    ...(formerAddresses.length === 0 ? [] : [`before: ${formerAddresses.join(', ')}`]),
    directoryId === null ? 'UiPath does not know them, as far as is known' : `directory id ${directoryId}`,
    ...(lockedUntilMs === null ? [] : [`kept out until ${instantText(lockedUntilMs)}`]),
    ...(nextChangeAtMs === null ? [] : [`next change ${instantText(nextChangeAtMs)}`]),
  ].join('; ');
}

const EMPLOYMENT: Readonly<Record<string, string>> = {
  active: 'at work',
  absent: 'away',
  expected: 'has not started yet',
  left: 'has left',
  unknown: 'no HR system has named them',
};
