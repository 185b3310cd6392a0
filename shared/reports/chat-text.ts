const LONGEST = 100;

/** What chat systems make links, mentions, emphasis or new lines of, in Slack's mrkdwn and in Markdown, and what stands there instead. */
const HARMLESS: ReadonlyArray<readonly [RegExp, string]> = [
  // With bidirectional controls, zero-width characters and line separators.
  [/[\s\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2800\u3164\uFFA0]+/gu, ' '],
  [/`/g, "'"],
  [/:\/\//g, ': //'],
  [/\bwww\./gi, 'www. '],
  // An address keeps its sign: nobody is called by what stands behind a letter or digit.
  [/(?<![\p{L}\p{N}._+-])@/gu, '\uFF20'],
  [/&/g, '&amp;'],
  [/</g, '&lt;'],
  [/>/g, '&gt;'],
];

/** A text from elsewhere as chat systems shall show it: one line, no link and nobody mentioned. */
export function plain(text: string): string {
  return harmless(text).replaceAll(/[*_~[\]()|#\\]/g, ' ');
}

/**
 * A name from elsewhere, in a code span: nothing within one is formatted, and a backtick cannot end it. A receiver that knows
 * no Markdown shows it between backticks.
 */
export function literal(text: string): string {
  return `\`${harmless(text).trim() || ' '}\``;
}

function harmless(text: string): string {
  const short = Array.from(text.slice(0, 2 * LONGEST))
    .slice(0, LONGEST)
    .join('');
  const cut = short.length < text.length ? `${short}…` : short;
  return HARMLESS.reduce((result, [pattern, instead]) => result.replaceAll(pattern, instead), cut);
}
