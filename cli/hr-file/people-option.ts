import { InvalidArgumentError, type Command } from 'commander';
import type { CommandIo } from '../command-io';
import { readInput } from '../read-input';
import { readHrFile, type HrFile } from './read-hr-file';

/** Larger than the file of a hundred thousand workers. */
const LONGEST_HR_FILE_BYTES = 20_000_000;

export type PeopleOptions = Readonly<{ people: string; column?: ReadonlyMap<string, string> }>;

export const ABOUT_HR_FILES = `
The HR file is CSV with the people who work now, a line each. The first line names the columns: "email",
"name" and "workerId" where there are any, and one for each attribute that the policy names, such as
"department". --column gives a column of another name its meaning: --column department="Cost centre".`;

/** Gives a command `--people` and `--column`. */
export function withPeople(command: Command, { required }: Readonly<{ required: boolean }>): Command {
  const flags = '--people <hr.csv>';
  const about = 'who works now, as a CSV file of HR';
  if (required) command.requiredOption(flags, about);
  else command.option(flags, about);
  return withColumn(command).addHelpText('after', ABOUT_HR_FILES);
}

/** Gives a command `--column`. */
export function withColumn(command: Command): Command {
  return command.option(
    '--column <meaning=column>',
    'which column of the HR file stands for email, name, workerId or an attribute; repeatable',
    toColumn,
  );
}

/** The HR file that somebody named. `asked`: attributes of which every value counts. @throws CommandFailure */
export async function readPeople(
  io: Pick<CommandIo, 'readFile'>,
  { people, column }: PeopleOptions,
  asked: ReadonlySet<string>,
): Promise<HrFile> {
  return readHrFile(await readInput(io, people, LONGEST_HR_FILE_BYTES), people, column, asked);
}

function toColumn(text: string, before?: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [meaning = '', ...rest] = text.split('=');
  const column = rest.join('=').trim();
  if (meaning.trim() === '' || column === '')
    throw new InvalidArgumentError('It is the meaning, = and the column, such as department=Abteilung.');
  return new Map([...(before ?? []), [meaning.trim(), column]]);
}
