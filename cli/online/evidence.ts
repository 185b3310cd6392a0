import { Argument, Option, type Command } from 'commander';
import { withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { readInput } from '../read-input';
import { instantText } from '../output/instant';
import { plainText } from '../output/plain-text';
import { createProgress } from '../output/progress';
import { countOf } from '../../shared/domain/desk/organization-status';
import { ExportPageSchema, VerifiedSchema, type Verified } from './answers-of-evidence';
import type { RunningApp } from './ask-app';
import { withConnection } from './connection-options';
import { tellFromApp } from './tell-from-app';

const LARGEST_NOTE = 2_000;
/** The app reads everything for it. */
const VERIFY_TIMEOUT_MS = 230_000;
const EXPORTS_BEGUN_AT_MOST = 3;

/** `access evidence verify` and `export`: whether the evidence is whole, and all of it for a verifier elsewhere. */
export function addEvidence(program: Command, io: CommandIo, state: RunState): void {
  const evidence = program
    .command('evidence')
    .description('the records of every decision and its outcome: are they whole, and a copy for others');
  addVerify(evidence, io, state);
  addExport(evidence, io, state);
}

function addVerify(evidence: Command, io: CommandIo, state: RunState): void {
  const verify = evidence
    .command('verify')
    .description(
      'verify all evidence of an organization, or that of one person; ends with 1 where something is wrong',
    )
    .addOption(new Option('--person <address>', 'one person alone, within a second'))
    .addOption(
      new Option(
        '--checkpoint <file>',
        'a signed checkpoint that was kept elsewhere: also finds a log that was put back',
      ).conflicts('person'),
    );
  withConnection(verify);
  withFormats(verify, { markdown: false });
  withExamples(verify, [
    { what: 'is all of it whole?', line: 'access evidence verify' },
    { what: 'by a checkpoint of a notification', line: 'access evidence verify --checkpoint kept.txt' },
    { what: 'of one person', line: 'access evidence verify --person ana@acme.example --json' },
  ]);
  verify.action(async ({ person, checkpoint: file }: Readonly<{ person?: string; checkpoint?: string }>) =>
    tellFromApp(io, state, verify, async (app, organization) => {
      const checkpoint =
        file === undefined ? undefined : noteIn((await readInput(io, file, LARGEST_NOTE)).toString('utf8'));
      const path = [organization, 'evidence-verified'];
      const found = await app.get(path, { person, checkpoint }, VerifiedSchema, VERIFY_TIMEOUT_MS);
      return verified(found);
    }),
  );
}

/** A note has line breaks of one kind, whatever an editor or a mail program made of them. */
function noteIn(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

function verified(found: Verified): Answer {
  const { isWhole, looked, faults, told, atMs, person } = found;
  const entries =
    looked.entries === undefined ? '' : `, ${countOf(looked.entries, 'entry', 'entries')} of the log`;
  const of = person ?? found.organization ?? '';
  const more = faults - told.length;
  return {
    exit: isWhole ? EXIT.done : EXIT.no,
    json: { ...found },
    text: (style) =>
      [
        `${isWhole ? style('good', '✔') : style('bad', '✘')} ${style('strong', plainText(of))}: ${isWhole ? 'the evidence is whole' : faults === 0 ? 'not all of it could be read' : countOf(faults, 'fault')} (${instantText(atMs)}; ${countOf(looked.records, 'record')} of ${countOf(looked.subjects, 'subject')}${entries})`,
        ...told.flatMap(({ about, kind, at, means, toDo }) => [
          `  ${style('bad', '✘')} ${plainText(about)}: ${plainText(means, 2_000)} (${plainText(kind)} at ${at})`,
          `      do: ${plainText(toDo, 2_000)}`,
        ]),
        ...(more > 0 ? [`  and ${more} more`] : []),
      ].join('\n'),
  };
}

function addExport(evidence: Command, io: CommandIo, state: RunState): void {
  const command = evidence
    .command('export')
    .description(
      'write all evidence of an organization to a new file, for scripts/verify-evidence.mjs; it is recorded in your name',
    )
    .addArgument(new Argument('<file>', 'a file that is not there yet; it will hold addresses in clear'));
  withConnection(command);
  withFormats(command, { markdown: false });
  withExamples(command, [
    { what: 'for somebody who verifies it elsewhere', line: 'access evidence export evidence.jsonl' },
    {
      what: 'and verify it, with the secret evidence-key',
      line: 'EVIDENCE_KEY="$KEY" node scripts/verify-evidence.mjs evidence.jsonl',
    },
  ]);
  command.action(async (path: string) =>
    tellFromApp(io, state, command, async (app, organization) => {
      const lines = await exported(io, app, organization, path);
      return {
        exit: EXIT.done,
        json: { organization, file: path, lines },
        text: (style) =>
          `${style('good', '✔')} ${countOf(lines, 'line')} in ${plainText(path)}. It holds addresses and decisions in clear.`,
      };
    }),
  );
}

/** Begins again where something came into the log meanwhile: parts of two moments look like faults. */
async function exported(io: CommandIo, app: RunningApp, organization: string, path: string): Promise<number> {
  for (let begun = 1; ; begun += 1)
    try {
      return await exportedOnce(io, app, organization, path);
    } catch (error) {
      const isMoved = error instanceof CommandFailure && error.code === 'storage-conflict';
      if (!isMoved || begun === EXPORTS_BEGUN_AT_MOST)
        throw isMoved
          ? new CommandFailure(error.code, error.message, {
              exit: EXIT.no,
              hint: 'Export while the app changes nothing, such as at night.',
            })
          : error;
    }
}

async function exportedOnce(
  io: CommandIo,
  app: RunningApp,
  organization: string,
  path: string,
): Promise<number> {
  const progress = createProgress(io.stderr, io.nowMs, { what: 'lines' });
  const file = await io.createFile(path);
  let lines = 0;
  try {
    let cursor: string | undefined;
    do {
      const page = await app.get([organization, 'evidence-export'], { cursor }, ExportPageSchema);
      for (const line of page.lines) await file.write(`${line}\n`);
      lines += page.lines.length;
      progress.at(lines);
      // A page that leads to itself would be asked for without end.
      if (page.next === cursor) break;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    await file.keep();
    return lines;
  } catch (error) {
    await file.discard();
    throw error;
  } finally {
    progress.end();
  }
}
