/** Escaped markup, safe to put into a page. */
export type Markup = Readonly<{ html: string }>;

type MarkupValue = Markup | string | number | undefined | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Template tag that escapes every value, except values that are markup already. `undefined` renders nothing. */
export function markup(strings: TemplateStringsArray, ...parts: readonly MarkupValue[]): Markup {
  return { html: strings.map((text, index) => text + textOf(parts[index])).join('') };
}

/** Text of our own, such as a style sheet, that goes into the page unchanged. */
export function verbatim(text: string): Markup {
  return { html: text };
}

const LONGEST_NAME = 200;

/** A name from outside: its direction stays its own, and a very long one is cut. The other formats have the whole of it. */
export function name(text: string): Markup {
  const shown = text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME)}…`;
  return markup`<bdi>${shown}</bdi>`;
}

/** A moment to the minute, in UTC. */
export function time(atMs: number): Markup {
  return markup`<time datetime="${new Date(atMs).toISOString()}">${timeText(atMs)}</time>`;
}

/** The same where only text may stand. */
export function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function textOf(part: MarkupValue): string {
  if (part === undefined) return '';
  if (typeof part === 'object') return 'html' in part ? part.html : part.map(textOf).join('');
  return escape(String(part));
}

/** Besides what HTML needs: characters that no name has, and that would hide or end one, become visible. */
function escape(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/gu, '\uFFFD')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
