import { z } from 'zod';
import type { DirectoryEntityType } from './directory-entity';

/** An id that groups and members have. */
export const GuidSchema = z.guid().toLowerCase();

/** Text that may be null or left out. */
export const TextSchema = z
  .string()
  .nullish()
  .transform((text) => text ?? null);

/** UiPath's times are UTC without saying so; a time before 1970 is an empty one. */
export const TimeSchema = z
  .string()
  .nullish()
  .transform((text, context) => {
    if (text === null || text === undefined) return null;
    const ms = Date.parse(/(z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`);
    if (!Number.isNaN(ms)) return ms < 0 ? null : ms;
    context.addIssue({ code: 'custom', message: 'not a time' });
    return z.NEVER;
  });

/** An enum that is a number on the wire and a word in the documents: both name the word at that place. */
export function enumSchema<const Word extends string>(words: readonly Word[]): z.ZodType<Word | 'unknown'> {
  const byText = new Map(
    words.flatMap((word, at): Array<[string, Word]> => [
      [String(at), word],
      [word.replaceAll('-', '').toLowerCase(), word],
    ]),
  );
  return z
    .unknown()
    .optional()
    .transform((value): Word | 'unknown' => byText.get(String(value).toLowerCase()) ?? 'unknown');
}

/** A part of a list that comes in pages. */
export type ResultPage<Item> = Readonly<{ totalCount: number; results: readonly Item[] }>;

/** Make it once and not for each answer: a schema is compiled by its first use. */
export function pageSchema<Item extends z.ZodType>(item: Item): z.ZodType<ResultPage<z.output<Item>>> {
  return z.object({ totalCount: z.int().nonnegative(), results: z.array(item) });
}

/** What an entity of this type says it is. */
export const OBJECT_TYPES = {
  user: 'DirectoryUser',
  group: 'DirectoryGroup',
  application: 'DirectoryApplication',
} as const satisfies Record<DirectoryEntityType, string>;
