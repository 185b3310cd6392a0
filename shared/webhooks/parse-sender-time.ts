import { Temporal } from 'temporal-polyfill';
import { HOUR_MS, SKEW_MS } from '../domain/durations';
import type { SourceMapping } from '../domain/source-settings';

/** The last day that every store and format of ours can write. */
export const longestMs = Date.UTC(9999, 11, 31);

/** No zone is further ahead of UTC. */
const EASTERNMOST_MS = 14 * HOUR_MS;

/**
 * Parses a sender's timestamp, to epoch milliseconds: RFC 3339, the same without a colon in the offset, without an
 * offset (then UTC), or milliseconds since 1970. undefined: it is none of these, or a time that no calendar or clock has.
 */
export function instantOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{12,14}$/.test(text)) return within(Number(text));
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  const { local, offset = 'Z' } = parts;
  return within(Date.parse(`${local}${offset.replace(/^(.\d{2})(\d{2})$/, '$1:$2')}`));
}

/**
 * Parses a sender's timestamp like `instantOf`, but for one without an offset: it is of the source's zone. Where the policy names
 * none it may be of any, so that one that seems to lie ahead is as of its arrival, as far as zones differ from UTC.
 */
export function saidAtOf(
  text: string | undefined,
  { receivedAtMs }: Readonly<{ receivedAtMs: number }>,
  { zone }: Pick<SourceMapping, 'zone'>,
): number | undefined {
  const saidAtMs = instantOf(text);
  const parts = partsOf(text ?? '');
  if (saidAtMs === undefined || parts === undefined || parts.offset !== undefined) return saidAtMs;
  if (zone === undefined)
    return saidAtMs <= receivedAtMs + EASTERNMOST_MS + SKEW_MS ? Math.min(saidAtMs, receivedAtMs) : saidAtMs;
  const [first, second] = (['earlier', 'later'] as const).map((disambiguation) =>
    within(toInstant(parts.local, zone, disambiguation)),
  );
  // The hour that clocks repeat: the second time, unless that is still to come.
  return second !== undefined && second <= receivedAtMs + SKEW_MS ? second : first;
}

/** Whether a time says by how much it differs from UTC. */
export function hasOffset(text: string): boolean {
  return partsOf(text)?.offset !== undefined;
}

/** The day of a date or of a time at midnight. A blank one, which some write as zeros or as the first of all days, is undefined. */
export function dayOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || /^(?:0000-00-00|0001-01-01)/.test(text)) return undefined;
  return text.replace(/[T ]00:00(:00(\.0+)?)?(Z|\+00:?00)?$/, '');
}

function partsOf(text: string): Readonly<{ local: string; offset: string | undefined }> | undefined {
  const [, day, time, offset] =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s?(Z|[+-]\d{2}:?\d{2})?$/.exec(text) ??
    [];
  if (day === undefined || time === undefined || !isOfCalendar(day) || !isOfClock(time)) return undefined;
  return { local: `${day}T${time.replace(/(\.\d{3})\d+$/, '$1')}`, offset };
}

/** Some parsers count a 31st of November on into December, and others fail. */
function isOfCalendar(day: string): boolean {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day);
}

function isOfClock(time: string): boolean {
  const [hour = NaN, minute = NaN, second = 0] = time.split(':').map(Number);
  return hour < 24 && minute < 60 && second < 60;
}

function toInstant(local: string, zone: string, disambiguation: 'earlier' | 'later'): number {
  return Temporal.PlainDateTime.from(local).toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
}

function within(ms: number): number | undefined {
  return ms >= 0 && ms <= longestMs ? ms : undefined;
}
