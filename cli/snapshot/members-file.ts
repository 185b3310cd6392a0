import { fold } from '../../shared/domain/fold';
import type { ExportedSnapshot } from '../../shared/domain/desk/exported-snapshot';
import type { GroupToLearn } from '../../shared/domain/learning/learnt-birthright';
import { EVERYONE_GROUP_ID } from '../../shared/domain/plan/hard-stops';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { csvRows } from '../hr-file/csv-rows';
import { decodeText } from '../hr-file/decode-text';
import { parseSnapshot, readSnapshotBytes } from './snapshot-file';

const LONGEST_NAME = 512;

/** Who is in which group. `unread`: groups whose members the snapshot does not have. Lines that cannot be used have their number. */
export type MembersFile = Readonly<{
  groups: readonly GroupToLearn[];
  unread: readonly string[];
  badLines: ReadonlyArray<Readonly<{ line: number; problem: string }>>;
}>;

/**
 * Who is in which group, from what `access snapshot` wrote or from a CSV file with the columns `group` and `email`. Everyone has everybody and is
 * left out.
 * @throws CommandFailure `members-invalid`, `snapshot-invalid`, `file-unreadable`, `file-too-large`
 */
export async function readMembers(io: Pick<CommandIo, 'readFile'>, path: string): Promise<MembersFile> {
  const bytes = await readSnapshotBytes(io, path);
  const text = decodeText(bytes);
  if (text === undefined) throw invalid(path, 'is not in UTF-8: save it as "CSV UTF-8"');
  return text.trimStart().startsWith('{') ? fromSnapshot(parseSnapshot(bytes, path)) : fromCsv(text, path);
}

function fromSnapshot({ accounts, groups, people }: ExportedSnapshot): MembersFile {
  const addressesOf = new Map<string, readonly string[]>();
  for (const { accountId, addresses } of people)
    if (accountId !== null) addressesOf.set(accountId.toLowerCase(), addresses);
  const members = accounts.map(({ id, kind, name }) => {
    const isPerson = kind === 'user' || kind === 'directory-user';
    const addresses = [...(name === null ? [] : [name]), ...(addressesOf.get(id.toLowerCase()) ?? [])];
    return { addresses: isPerson ? addresses.map(fold) : [], name: addresses[0] ?? id };
  });
  const known = groups.filter(({ id }) => id !== EVERYONE_GROUP_ID);
  return {
    groups: known.flatMap(({ name, members: indices }) =>
      indices === null ? [] : [{ group: name, members: indices.flatMap((index) => members[index] ?? []) }],
    ),
    unread: known.filter((group) => group.members === null).map(({ name }) => name),
    badLines: [],
  };
}

function fromCsv(text: string, fileName: string): MembersFile {
  const rows = csvRows(text);
  const first = rows.next();
  const header =
    first.done === true || first.value.problem !== undefined
      ? []
      : first.value.fields.map((field) => fold(field));
  const [groupAt, emailAt] = [header.indexOf('group'), header.indexOf('email')];
  if (groupAt < 0 || emailAt < 0)
    throw invalid(fileName, 'has not the columns "group" and "email" in its first line');
  const groups = new Map<string, { group: string; addresses: Set<string> }>();
  const badLines: MembersFile['badLines'][number][] = [];
  for (const row of rows) {
    const fields = row.problem === undefined ? row.fields : [];
    const problem = row.problem ?? problemOf(fields, header.length, [groupAt, emailAt]);
    if (problem !== undefined) {
      badLines.push({ line: row.line, problem });
      continue;
    }
    const group = fields[groupAt]?.trim() ?? '';
    if (fold(group) === 'everyone') continue;
    const known = groups.get(fold(group)) ?? { group, addresses: new Set<string>() };
    groups.set(fold(group), known);
    known.addresses.add(fold(fields[emailAt] ?? ''));
  }
  if (groups.size === 0) throw invalid(fileName, 'has no line that can be used');
  return {
    groups: [...groups.values()].map(({ group, addresses }) => ({
      group,
      members: [...addresses].map((address) => ({ addresses: [address], name: address })),
    })),
    unread: [],
    badLines,
  };
}

function problemOf(
  fields: readonly string[],
  width: number,
  [groupAt, emailAt]: readonly [number, number],
): string | undefined {
  if (fields.length !== width) return `has ${fields.length} fields, and the first line names ${width}`;
  const [group, email] = [fields[groupAt]?.trim() ?? '', fields[emailAt]?.trim() ?? ''];
  if (group === '' || email === '') return `${group === '' ? 'group' : 'email'} is empty`;
  if (group.length > LONGEST_NAME || email.length > LONGEST_NAME)
    return `has more than ${LONGEST_NAME} characters in a field`;
  return undefined;
}

function invalid(fileName: string, problem: string): CommandFailure {
  return new CommandFailure('members-invalid', `${fileName} ${problem}`, {
    hint: 'It is what "access snapshot" writes, or CSV such as: group,email',
  });
}
