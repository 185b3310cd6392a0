/** The last day that every store and format of ours can write. */
export const longestMs = Date.UTC(9999, 11, 31);

/**
 * Parses a sender's timestamp, to epoch milliseconds: RFC 3339, the same without a colon in the offset, without an
 * offset (then UTC), or milliseconds since 1970. undefined: it is none of these.
 */
export function instantOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{12,14}$/.test(text)) return within(Number(text));
  const [, day, time, offset = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s?(Z|[+-]\d{2}:?\d{2})?$/.exec(text) ??
    [];
  if (day === undefined || time === undefined) return undefined;
  const milliseconds = time.replace(/(\.\d{3})\d+$/, '$1');
  return within(Date.parse(`${day}T${milliseconds}${offset.replace(/^(.\d{2})(\d{2})$/, '$1:$2')}`));
}

/** The day of a date or of a time at midnight. A blank one, which some write as zeros, is undefined. */
export function dayOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || text.startsWith('0000-00-00')) return undefined;
  return text.replace(/[T ]00:00(:00(\.0+)?)?(Z|\+00:?00)?$/, '');
}

function within(ms: number): number | undefined {
  return ms >= 0 && ms <= longestMs ? ms : undefined;
}
