import { z } from 'zod';
import { zoneOfWindowsName } from './windows-time-zones';

const noControlCharacters = /^[^\p{Cc}\p{Cs}]*$/u;
const controlCharacters = 'Must not hold control characters';
const onlyVisible = /^[^\p{Cc}\p{Cf}\p{Cs}]*$/u;
export const INVISIBLE = 'Must not hold characters that cannot be seen';

/**
 * An id or a name of 1 to `max` characters, without the blanks around it. Two that look alike are the same: characters that only turn or
 * join others (bidi, zero width) are refused like controls.
 */
export function text(max: number) {
  return z.string().trim().min(1).max(max).regex(onlyVisible, INVISIBLE);
}

/** A text that is shown and names nothing: some scripts join their letters with characters that cannot be seen. */
export function shownText(max: number) {
  return z.string().trim().min(1).max(max).regex(noControlCharacters, controlCharacters);
}

/** False for a text with a character that cannot be seen. */
export function isVisible(name: string): boolean {
  return onlyVisible.test(name);
}

/** A text that may be empty. */
export function optionalText(max: number) {
  return z.string().trim().max(max).regex(noControlCharacters, controlCharacters);
}

/** An address as directories take it: more than ASCII, but nothing that cannot be seen. */
export function email() {
  return z
    .string()
    .trim()
    .max(254)
    .regex(/^[^\s@"\p{C}]{1,64}@[^\s@"\p{C}]{1,255}$/u, 'Must be an e-mail address');
}

/**
 * RFC 3339 with an offset: a time without one would mean another instant in every place. Some systems write that they know none as
 * the beginning of their calendar.
 */
export function instant() {
  return z.iso
    .datetime({ offset: true, error: 'Must be a time with an offset, such as 2026-12-01T08:00:00Z' })
    .max(40)
    .refine((time) => !(Date.parse(time) < 0), 'Must be a time since 1970');
}

/** A calendar day, `YYYY-MM-DD`, of this century or the last: the first of all days is how some systems write none. */
export function localDate() {
  return z.iso
    .date({ error: 'Must be a date, such as 2026-12-31' })
    .refine((day) => !/^(?:0\d|1[0-8])\d{2}-/.test(day), 'Must be a date since 1900');
}

/** An IANA name, or that of Windows for it. Offsets such as `+02:00` know no daylight saving and are refused. */
export function timeZone() {
  return z.preprocess(
    (name) => (typeof name === 'string' ? (zoneOfWindowsName(name) ?? name) : name),
    z
      .string()
      .max(64)
      .regex(/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/, {
        error: 'Must be an IANA time zone, such as Europe/Bucharest',
        abort: true,
      })
      .refine(isKnownZone, 'Must be a known IANA time zone'),
  );
}

/** The members that every message of the contract has. */
export const envelope = {
  schemaVersion: z.literal(1).describe('Version of this contract.'),
  id: text(128).describe(
    'Your own id of this statement or request. It stays the same when you send it again; a correction has a new one.',
  ),
  occurredAt: instant().describe(
    'When it was said or approved, not when it was sent. Statements of one person are ordered by it, whatever order they arrive in. It counts at most until it arrives; what gives access is refused if it is later by more than five minutes.',
  ),
  organization: text(64)
    .nullish()
    .describe('Alias of an organization in the policy. Without it: every organization this source feeds.'),
} as const;

function isKnownZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
