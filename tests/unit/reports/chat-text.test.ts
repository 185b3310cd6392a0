import { describe, expect, it } from '@jest/globals';
import { literal, plain } from '../../../shared/reports/chat-text';

const FORGED: ReadonlyArray<readonly [what: string, name: string, shown: string]> = [
  ['a link of Slack', '<https://evil.example|Approve>', '&lt;https: //evil.example|Approve&gt;'],
  ['a mention of Slack', '<!channel> <!here> <@U123>', '&lt;!channel&gt; &lt;!here&gt; &lt;\uFF20U123&gt;'],
  ['an entity that is one already', '&lt;!here&gt;', '&amp;lt;!here&amp;gt;'],
  ['a mention at the beginning', '@here', '\uFF20here'],
  ['a mention within', 'see (@channel), @all', 'see (\uFF20channel), \uFF20all'],
  ['an address', 'ana.pop+x@acme.example', 'ana.pop+x@acme.example'],
  ['a link of Markdown', '[Approve](https://evil.example)', '[Approve](https: //evil.example)'],
  ['a picture of Markdown', '![x](HTTP://evil.example/?q)', '![x](HTTP: //evil.example/?q)'],
  ['a bare link', 'www.evil.example', 'www. evil.example'],
  ['the end of the code span', 'x` @here [a](https://b) `', "x' \uFF20here [a](https: //b) '"],
  ['new lines', 'a\r\nfixed: critical: b\u2028c\u2029d\u0085e\u000Bf', 'a fixed: critical: b c d e f'],
  ['bidirectional controls', 'a\u202Egpj.exe\u2066b\u2069\u200Fc\u061Cd', 'a gpj.exe b c d'],
  ['what nobody sees', 'a\u200Bb\uFEFFc\u00ADd\u{E0041}e\u2800f\u3164g', 'a b c d e f g'],
  ['half a character', 'a\uD800b', 'a b'],
  ['a table and emphasis', '*a* _b_ ~c~ | d', '*a* _b_ ~c~ | d'],
  ['nothing', '\u202E', ' '],
];

describe('a name in a chat', () => {
  it.each(FORGED)('shows %s as text, within one code span', (_what, name, shown) => {
    expect(literal(name)).toBe(`\`${shown}\``);
  });

  it.each(FORGED)('shows %s without formatting where it is no name', (_what, name) => {
    expect(plain(name)).not.toMatch(/[<>`*_~[\]()|\\]|:\/\/|\p{Cf}|\n|(?<![a-z])@/u);
  });

  it('is cut between characters, and not within what stands for one', () => {
    expect(literal('<'.repeat(101))).toBe(`\`${'&lt;'.repeat(100)}…\``);
    expect(literal('\u{1F600}'.repeat(101))).toBe(`\`${'\u{1F600}'.repeat(100)}…\``);
    expect(literal('a'.repeat(100))).toBe(`\`${'a'.repeat(100)}\``);
    expect(literal('a'.repeat(1_000_000)).length).toBeLessThan(110);
  });
});
