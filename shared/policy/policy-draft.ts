import type { YAMLMap, YAMLSeq } from 'yaml';
import type { Known } from '../domain/audit/snapshot';
import { fold } from '../domain/fold';
import { commentText, type YamlWriter } from './yaml-writer';

/** Something of UiPath that the file cannot name, and why. */
type LeftOutOfDraft = Readonly<{
  what: 'group' | 'rule' | 'entry' | 'administrator';
  name: string;
  why: string;
}>;

/** `notRead`: parts that could not be read, and so are not in the file. */
export type DraftedPolicy = Readonly<{
  text: string;
  groups: number;
  rules: number;
  entries: number;
  administrators: number;
  leftOut: readonly LeftOutOfDraft[];
  notRead: ReadonlyArray<Readonly<{ part: string; code: string }>>;
}>;

/** A file that is being made. */
export type Draft = Readonly<{
  organization: YAMLMap;
  write: YamlWriter['text'];
  leftOut: LeftOutOfDraft[];
  notRead: DraftedPolicy['notRead'][number][];
}>;

/** Beside where it would stand, so that whoever reads the file sees that it is missing. */
export function leaveOut({ leftOut }: Draft, at: YAMLMap | YAMLSeq, one: LeftOutOfDraft): void {
  leftOut.push(one);
  const line = ` Left out: ${one.what} ${commentText(JSON.stringify(one.name))}: ${one.why}`;
  at.comment = typeof at.comment === 'string' ? `${at.comment}\n${line}` : line;
}

/** A part that was read; one that was not is told in the file. */
export function partOf<T>({ notRead, organization }: Draft, part: string, read: Known<T>): T | undefined {
  if (read.kind === 'known') return read.value;
  notRead.push({ part, code: read.code });
  const line = ` Not read: ${part} (${read.code})`;
  organization.comment = typeof organization.comment === 'string' ? `${organization.comment}\n${line}` : line;
  return undefined;
}

/** Names in order, without case. */
export function compare(a: string, b: string): number {
  const [one, other] = [fold(a), fold(b)];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
