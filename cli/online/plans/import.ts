import { Option, type Command } from 'commander';
import { z } from 'zod';
import { withFormats, type Answer, type RunState } from '../../answer';
import { CommandFailure } from '../../command-failure';
import type { CommandIo } from '../../command-io';
import { withExamples } from '../../examples';
import { ABOUT_HR_FILES, readPeople, withColumn, type PeopleOptions } from '../../hr-file/people-option';
import type { HrFile } from '../../hr-file/read-hr-file';
import { badLinesJson, badLinesMarkdown, badLinesText } from '../../hr-file/tell-bad-lines';
import { plainText } from '../../output/plain-text';
import { createProgress } from '../../output/progress';
import type { RunningApp } from '../ask-app';
import { withConnection } from '../connection-options';
import { withLimit, type LimitOptions } from '../paging';
import { tellFromApp } from '../tell-from-app';
import { planInText } from './plan-in-text';
import { planAndRead } from './read-plan';

type ImportOptions = Omit<PeopleOptions, 'people'> &
  Readonly<{ source?: string; asOf?: string }> &
  LimitOptions;

const TermsSchema = z.object({
  sources: z.array(z.string()),
  attributes: z.array(z.string()),
  mostInPortion: z.number().min(1),
  mostWorkers: z.number(),
});
type Terms = Readonly<z.infer<typeof TermsSchema>>;

const UploadedSchema = z.object({ portion: z.string(), workers: z.number(), by: z.string() });

const UPLOADS = 'uploads';

/** More than a plan shows at once is in the file itself. */
const ABOUT_IMPORT = `
Each line becomes a word of one source of HR, as if it had said that these people work: whoever is not known works here, and whoever is known is
described as the file has it. Nothing is done before the plan is applied. Left out, each with its line, is who has left, will leave, is away or begins later,
of whom another source speaks, who is in doubt, and who has another address by now. Whoever is not in the file stays as they are.
What the app keeps of the file is an address, a worker id and what the policy asks for, for about a day.`;

/** `access import`: a first load of a file of HR, as a plan. */
export function addImport(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('import')
    .description('plan to record who works here by a CSV file of HR, as words of one source: a first load')
    .argument('<hr.csv>', 'who works now, as a CSV file of HR')
    .addOption(
      new Option('--source <name>', 'whose words the lines are, where the policy has several sources of HR'),
    )
    .addOption(
      new Option(
        '--as-of <time>',
        'when the file was made, such as 2027-01-31 or 2027-01-31T08:00:00Z: what was said since counts; the beginning of this day (UTC) by default',
      ),
    )
    .addHelpText('after', `${ABOUT_IMPORT}\n${ABOUT_HR_FILES}`);
  withColumn(command);
  withConnection(withLimit(command, 'lines'));
  withFormats(command, { markdown: true });
  withExamples(command, [
    { what: 'what would be recorded?', line: 'access import hr.csv' },
    {
      what: 'with columns of other names, as of when it was exported',
      line: 'access import hr.csv --source workday --column department="Cost centre" --as-of 2027-01-31T06:00:00Z',
    },
  ]);
  command.action(async (people: string, { source, asOf, limit, column }: ImportOptions) =>
    tellFromApp(io, state, command, async (app, organization) => {
      const terms = await app.get([organization, UPLOADS], {}, TermsSchema);
      const asked = new Set(terms.attributes);
      const file = await readPeople(io, { people, ...(column === undefined ? {} : { column }) }, asked);
      requireFits(file, people, terms);
      const portions = await uploadAll(io, app, organization, { file, terms });
      const said = { source, asOf, portions: portions.join(',') };
      const plan = await planAndRead(io, app, { organization, kind: 'import', said, limit });
      return withBadLines(planInText(plan), file);
    }),
  );
}

/** @throws CommandFailure `plan-too-large` */
function requireFits({ workers }: HrFile, fileName: string, { mostWorkers }: Terms): void {
  if (workers.length <= mostWorkers) return;
  throw new CommandFailure(
    'plan-too-large',
    `${plainText(fileName)} has ${workers.length} people, and one import takes ${mostWorkers}`,
    {
      hint: 'Split it, such as by country, with the line of names on top of each part, and import one after the other.',
    },
  );
}

/** With no more of each person than is asked for. Where it stops in between nothing is planned, and the app forgets what it got. */
async function uploadAll(
  io: Pick<CommandIo, 'stderr' | 'nowMs'>,
  app: RunningApp,
  organization: string,
  { file, terms }: Readonly<{ file: HrFile; terms: Terms }>,
): Promise<readonly string[]> {
  const asked = new Set(terms.attributes);
  const progress = createProgress(io.stderr, io.nowMs, { what: 'uploaded', total: file.workers.length });
  const portions: string[] = [];
  try {
    for (let at = 0; at < file.workers.length; at += terms.mostInPortion) {
      progress.at(at);
      const workers = file.workers
        .slice(at, at + terms.mostInPortion)
        .map(({ line, email, workerId, attributes }) => ({
          line,
          email,
          ...(workerId === undefined ? {} : { workerId }),
          attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => asked.has(name))),
        }));
      const { portion } = await app.post([organization, UPLOADS, 'people'], { workers }, UploadedSchema);
      portions.push(portion);
    }
  } finally {
    progress.end();
  }
  return portions;
}

function withBadLines(answer: Answer, file: HrFile): Answer {
  const { json, text, markdown } = answer;
  return {
    ...answer,
    json: { ...json, ...badLinesJson(file) },
    text: (style) => [...badLinesText(file, style), text(style)].join('\n'),
    ...(markdown === undefined ? {} : { markdown: () => [markdown(), ...badLinesMarkdown(file)].join('\n') }),
  };
}
