import { Argument, Option, type Command } from 'commander';
import { withFormats, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { plainText } from '../output/plain-text';
import { FindingsSchema, type ShownFinding } from './answers-of-audits';
import type { RunningApp } from './ask-app';
import { withConnection } from './connection-options';
import { findingLines } from './finding-in-words';
import { oneNamed } from './one-named';
import { tellFromApp } from './tell-from-app';

type WaiverSaid = Readonly<Record<'reason' | 'owner' | 'ticket' | 'until', string>>;

/** `access waive` and `access remediate`: what is decided about one finding. */
export function addFindingDecisions(program: Command, io: CommandIo, state: RunState): void {
  const waive = program
    .command('waive')
    .description('accept a finding until a day, in your name')
    .addArgument(new Argument('<finding>', 'the id of the finding, or its beginning'))
    .addOption(new Option('--reason <text>', 'why').makeOptionMandatory())
    .addOption(new Option('--owner <name>', 'who answers for it').makeOptionMandatory())
    .addOption(new Option('--ticket <number>', 'where that was decided').makeOptionMandatory())
    .addOption(new Option('--until <day>', 'the last day, such as 2027-01-31 (UTC)').makeOptionMandatory());
  withConnection(waive);
  withFormats(waive, { markdown: false });
  withExamples(waive, [
    {
      what: 'the robot stays until the project ends',
      line: 'access waive 3f2a9c01 --reason "needed until go-live" --owner ana@acme.example --ticket CHG-7 --until 2027-01-31',
    },
  ]);
  waive.action(async (id: string, { reason, owner, ticket, until }: WaiverSaid) =>
    tellFromApp(io, state, waive, async (app, organization) => {
      const finding = await find(app, organization, id);
      const fields = { reason, owner, ticket, until };
      const { words, by } = await app.decide([organization, 'findings', finding.id], fields);
      return {
        exit: EXIT.done,
        json: { id: finding.id, about: finding.about, ...fields, words, by },
        text: (style) =>
          `${style('good', '✔')} ${plainText(words)} (${plainText(by)})\n${plainText(finding.title)}: ${plainText(finding.about, 2_000)}`,
      };
    }),
  );
  addRemediate(program, io, state);
}

function addRemediate(program: Command, io: CommandIo, state: RunState): void {
  const remediate = program
    .command('remediate')
    .description('release the plan that would mend one finding, in your name: exactly the one that is shown')
    .addArgument(new Argument('<finding>', 'the id of the finding, or its beginning'))
    .addOption(new Option('--yes <plan>', 'do not ask: the first characters of the hash of its plan'));
  withConnection(remediate);
  withFormats(remediate, { markdown: false });
  withExamples(remediate, [
    { what: 'shows the plan, and asks', line: 'access remediate 3f2a9c01' },
    { what: 'where nobody can be asked', line: 'access remediate 3f2a9c01 --yes 9b1c77d0' },
  ]);
  remediate.action(async (id: string, { yes }: Readonly<{ yes?: string }>) =>
    tellFromApp(io, state, remediate, async (app, organization) => {
      const finding = await find(app, organization, id);
      const planHash = await confirmed(io, finding, yes);
      const { words, by } = await app.decide([organization, 'findings', finding.id], { planHash });
      return {
        exit: EXIT.done,
        json: { id: finding.id, plan: finding.plan, planHash, words, by },
        text: (style) => `${style('good', '✔')} ${plainText(words)} (${plainText(by)})`,
      };
    }),
  );
}

const SHOWN = 12;
const SHORTEST = 4;

/** Whoever says how its plan begins has looked at it. @throws CommandFailure `plan-unknown`, `not-confirmed` */
async function confirmed(io: CommandIo, finding: ShownFinding, yes: string | undefined): Promise<string> {
  const { planHash, plan, id } = finding;
  if (planHash === null)
    throw new CommandFailure('plan-unknown', 'The finding has no plan that waits for a release', {
      exit: EXIT.no,
      ...(plan === null ? {} : { hint: plan }),
    });
  if (yes === undefined)
    io.stderr.write(
      `${findingLines(finding, (_kind, text) => text).join('\n')}\n    plan ${planHash.slice(0, SHOWN)}\n`,
    );
  const said = (yes ?? (await io.ask('Type the first characters of the plan to release it: ')))?.trim();
  if (said !== undefined && said.length >= SHORTEST && planHash.startsWith(said.toLowerCase()))
    return planHash;
  throw new CommandFailure(
    'not-confirmed',
    said === undefined
      ? `Nothing is released: nobody can be asked here, and --yes ${planHash.slice(0, SHOWN)} was not said`
      : 'Nothing is released: the plan of this finding does not begin so',
    { hint: `Look at it with: access remediate ${id}` },
  );
}

async function find(app: RunningApp, organization: string, id: string): Promise<ShownFinding> {
  const { findings } = await app.get([organization, 'findings', id], {}, FindingsSchema);
  return oneNamed(findings, id, 'finding', 'finding-unknown', (finding) => finding.id);
}
