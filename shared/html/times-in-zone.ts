const TIME = /<time datetime="([^"]+)">[^<]*<\/time>/g;

/**
 * The times of a page in a zone, to the minute, each with UTC behind it. What `time` made of markup is all that stands so in a page: texts
 * from outside are escaped.
 */
export function timesInZone(html: string, timeZone: string): string {
  if (timeZone === 'UTC') return html;
  const inZone = zonedText(timeZone);
  return html.replaceAll(
    TIME,
    (_all, iso: string) =>
      `<time datetime="${iso}">${inZone(Date.parse(iso))} <small class="soft">(${iso.slice(0, 10) === inZone(Date.parse(iso)).slice(0, 10) ? '' : `${iso.slice(5, 10)} `}${iso.slice(11, 16)} UTC)</small></time>`,
  );
}

/** An instant as people of a zone write it, to the minute. */
export function zonedText(timeZone: string): (atMs: number) => string {
  if (timeZone === 'UTC')
    return (atMs) => `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (atMs) => format.format(atMs);
}
