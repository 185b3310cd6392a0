import { describe, expect, it } from '@jest/globals';
import { access } from '../../fakes/run-access';
import { markdownText } from '../../../cli/output/markdown-text';
import { plainText } from '../../../cli/output/plain-text';
import { createProgress } from '../../../cli/output/progress';
import { isColored, styleOf } from '../../../cli/output/text-style';

describe('texts from files', () => {
  it.each([
    ['an escape sequence', 'a\u001B[2Jb', 'a\\u{001b}[2Jb'],
    ['a line break', 'a\r\nb', 'a\\u{000d}\\u{000a}b'],
    ['text turned round', 'a\u202Eb', 'a\\u{202e}b'],
    ['half a character', 'a\uD800b', 'a\\u{d800}b'],
    ['a command of GitHub Actions', ' ::add-mask::x', '\\u{003a}:add-mask::x'],
    ['a command of Azure Pipelines', 'a ##VSO[task.setvariable]b', 'a \\u{0023}#VSO[task.setvariable]b'],
    ['an older command', 'a##[error]b', 'a\\u{0023}#[error]b'],
    ['letters of any script', 'Zoë Ştefan 李', 'Zoë Ştefan 李'],
    ['a long text', 'x'.repeat(300), `${'x'.repeat(200)}…`],
  ])('spell out %s for a terminal', (_what, text, shown) => {
    expect(plainText(text)).toBe(shown);
  });

  it.each([
    ['HTML', '<img src=x>', '&lt;img src\\=x&gt;'],
    ['a cell', 'a|b', 'a\\|b'],
    ['a mention', '@security', '@<!-- -->security'],
    ['an issue', 'x/y#12', 'x/y#<!-- -->12'],
    ['a link', '[a](https://e.example)', '\\[a\\]\\(https:<!-- -->//e.example\\)'],
    ['a bare address', 'www.e.example', 'www<!-- -->.e.example'],
    ['an emoji', 'a :tada: b: c', 'a :<!-- -->tada: b: c'],
    ['emphasis', '**a** __b__ ~~c~~ `d`', '\\*\\*a\\*\\* \\_\\_b\\_\\_ \\~\\~c\\~\\~ \\`d\\`'],
    ['an entity', '&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['a new paragraph', 'a\n\n# b', 'a\\\\u\\{000a\\}\\\\u\\{000a\\}#<!-- --> b'],
    ['a formula', '=cmd()', '\\=cmd\\(\\)'],
  ])('are nothing but text within Markdown: %s', (_what, text, shown) => {
    expect(markdownText(text)).toBe(shown);
  });
});

describe('answers in JSON', () => {
  it('escape what acts on terminals or cannot be seen', async () => {
    const path = '\u001B\u007F\u009B\u202E\u2028\u{E0041}é';
    const { stdout } = await access(['policy', 'check', path, '--json']);
    expect(stdout).toContain(String.raw`"\u001b\u007f\u009b\u202e\u2028\udb40\udc41é cannot be read`);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { message: `${path} cannot be read: there is no such file` },
    });
  });

  it('have no command to the runner of a pipeline', async () => {
    const { stdout, stderr } = await access(['policy', 'check', '##vso[task.x]', '--json']);
    expect(`${stdout}${stderr}`).not.toContain('##');
    expect(JSON.parse(stdout)).toMatchObject({
      error: { message: '##vso[task.x] cannot be read: there is no such file' },
    });
  });

  it('of wrong use spell out what acts on terminals for a person', async () => {
    const { stderr } = await access(['policy', 'check', 'a.yaml', '--\u001B[31m']);
    expect(stderr).toBe("error: unknown option '--\\u{001b}[31m'\n");
  });

  it.each([
    [['policy', 'check', 'a.yaml', '--nope', '--json'], 'policy check', /^unknown option '--nope'/],
    [['policy', 'diff', 'a.yaml', 'b.yaml', '--json'], 'policy diff', /^required option '--people /],
    [['policy', 'chek', '--json'], 'policy', /chek/],
    [['policy', '--json'], 'policy', /./],
    [['--json'], '', /./],
  ])('tell wrong use too: %j', async (words, command, message) => {
    const { exit, stdout } = await access(words);
    expect(exit).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      command,
      error: { code: 'wrong-use', message: expect.stringMatching(message) },
    });
  });
});

describe('colours', () => {
  it.each([
    [true, {}, true],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, {}, false],
  ])('on a terminal (%s) with %j: %s', (isTerminal, env, colored) => {
    expect(isColored(isTerminal, env)).toBe(colored);
  });

  it('are nowhere where they are not wanted', () => {
    expect(styleOf({ isColored: true })('bad', 'no')).toBe('\u001B[31mno\u001B[0m');
    expect(styleOf({ isColored: false })('bad', 'no')).toBe('no');
  });
});

describe('progress', () => {
  it('is one line that goes away, on a terminal alone', () => {
    for (const isTerminal of [true, false]) {
      let written = '';
      let nowMs = 0;
      const output = { write: (text: string) => (written += text), isTerminal, isColored: false };
      const progress = createProgress(output, () => nowMs, { what: 'people', total: 3 });
      progress.at(1);
      nowMs = 500;
      progress.at(2);
      progress.end();
      expect(written).toBe(isTerminal ? '\r\u001B[Kpeople: 2 of 3\r\u001B[K' : '');
    }
  });
});

describe('the command line', () => {
  it.each([
    [['polcy']],
    [['policy', 'chek']],
    [['policy', 'check', 'a', '--jsn']],
    [['policy', 'check']],
    [[]],
  ])('ends with 2 for %j, and says why', async (words) => {
    const { exit, stdout, stderr } = await access(words);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(/Did you mean|missing required argument|Usage:/);
  });

  it('tells its exit codes with its help', async () => {
    const { exit, stdout } = await access(['--help']);
    expect(exit).toBe(0);
    expect(stdout).toContain('Exit codes:\n  0  done, or the answer is yes\n');
  });

  it('tells why there is no answer, in colour and as JSON', async () => {
    const { exit, stdout, stderr } = await access(
      ['policy', 'check', 'a', '--json'],
      {},
      {
        isTerminal: true,
      },
    );
    expect(exit).toBe(2);
    expect(stderr).toContain('\u001B[31maccess: a cannot be read');
    expect(JSON.parse(stdout)).toHaveProperty('error.code', 'file-unreadable');
  });

  it('takes JSON or Markdown, not both', async () => {
    expect(await access(['policy', 'check', 'a', '--json', '--markdown'])).toMatchObject({ exit: 2 });
  });
});
