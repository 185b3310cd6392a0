import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, property, string, tuple } from 'fast-check';
import { csvRows } from '../../../cli/hr-file/csv-rows';
import { readHrFile, type HrFile } from '../../../cli/hr-file/read-hr-file';
import { startCpuClock } from '../../fakes/cpu-clock';

function rowsOf(text: string): ReadonlyArray<readonly [number, readonly string[] | string]> {
  return [...csvRows(text)].map((row) => [row.line, row.problem ?? row.fields] as const);
}

function read(content: string | Buffer, columns: Readonly<Record<string, string>> = {}): HrFile {
  return readHrFile(Buffer.from(content), 'hr.csv', new Map(Object.entries(columns)));
}

/** Lines and words of what does not count, and the addresses of what does. */
function told(content: string | Buffer): Readonly<{ bad: readonly string[]; good: readonly string[] }> {
  const { badLines, workers } = read(content);
  return {
    bad: badLines.map(({ line, problem }) => `${line}: ${problem}`),
    good: workers.map(({ email }) => email.replace('@acme.example', '')),
  };
}

describe('rows of CSV', () => {
  it.each([
    ['commas', 'a,b\n1,2', ['1', '2']],
    ['semicolons', 'a;b\n1;2,5', ['1', '2,5']],
    ['tabs', 'a\tb\n1\t2', ['1', '2']],
    ['bars', 'a|b\n1|2', ['1', '2']],
    ['quotes', 'a,b\n"1,""x""","2"', ['1,"x"', '2']],
    ['separators in the names', '"a;b;c",b\n1,2', ['1', '2']],
    ['quotes within', 'a,b\n1"x,2', ['1"x', '2']],
    ['an empty end', 'a,b\n1,', ['1', '']],
    ['carriage returns', 'a,b\r1,2\r', ['1', '2']],
    ['both', 'a,b\r\n1,2\r\n', ['1', '2']],
  ])('are told apart by %s', (_what, text, fields) => {
    expect(rowsOf(text)[1]).toEqual([2, fields]);
  });

  it('follow a line that names the separator', () => {
    expect(rowsOf('sep=;\r\na,b;c\r\n1;2')).toEqual([
      [2, ['a,b', 'c']],
      [3, ['1', '2']],
    ]);
  });

  it('keep their numbers behind line breaks in quotes and lines without content', () => {
    expect(rowsOf('a,b\n"x\r\ny",1\n\n,\n2,3\n')).toEqual([
      [1, ['a', 'b']],
      [2, ['x\r\ny', '1']],
      [6, ['2', '3']],
    ]);
  });

  it('are read on the line after one with a quote that is not closed', () => {
    expect(rowsOf('a,b\n"open,1\n2,3\n"x"y,4\n5,6\n')).toEqual([
      [1, ['a', 'b']],
      [2, 'behind a closing quote (") comes neither a separator nor the end of the line'],
      [3, ['2', '3']],
      [4, 'behind a closing quote (") comes neither a separator nor the end of the line'],
      [5, ['5', '6']],
    ]);
    expect(rowsOf('a\n"open\n1')).toEqual([
      [1, ['a']],
      [2, 'a quote (") is opened and not closed'],
      [3, ['1']],
    ]);
  });

  it('are as they were written, whatever is in them', () => {
    const field = string({ unit: constantFrom('a', ' ', ',', ';', '"', '\n', '\r', '\t', 'é', '=') });
    assert(
      property(array(tuple(field, field), { maxLength: 8 }), (rows) => {
        const written = rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','));
        const found = [...csvRows(`x,y\r\n${written.join('\r\n')}`)].slice(1);
        const full = rows.filter((row) => row.some((one) => one.trim() !== ''));
        expect(found.map((row) => (row.problem === undefined ? row.fields : row.problem))).toEqual(full);
      }),
    );
  });

  it('take time as the file is long, however it is broken', () => {
    const computedMs = startCpuClock();
    const lines = [...csvRows(`a,b\n${'"x ""\n'.repeat(100_000)}`)];
    expect(lines.length).toBeGreaterThan(30_000);
    expect(computedMs()).toBeLessThan(20_000);
  });
});

describe('an HR file', () => {
  it('has workers with the attributes that have a value', () => {
    expect(
      read('\uFEFFEmail,name,workerid,department,title\r\nana@acme.example, Ana Pop ,17,IT,\r\n'),
    ).toEqual({
      workers: [
        {
          line: 2,
          email: 'ana@acme.example',
          name: 'Ana Pop',
          workerId: '17',
          attributes: { department: 'IT' },
        },
      ],
      attributes: ['department', 'title'],
      badLines: [],
    });
  });

  it('is read as Excel writes Unicode text', () => {
    const wide = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from('email\tdepartment\r\nana@acme.example\tFinanţe', 'utf16le'),
    ]);
    expect(read(wide).workers[0]?.attributes).toEqual({ department: 'Finanţe' });
  });

  it('has columns of other names', () => {
    const { workers, attributes } = read(
      'Work mail,Cost centre,email\nana@acme.example,K1,private@e.example',
      {
        email: 'Work mail',
        costCenter: 'Cost centre',
      },
    );
    expect(workers[0]).toMatchObject({ email: 'ana@acme.example', attributes: { costCenter: 'K1' } });
    expect(attributes).toEqual(['costCenter']);
  });

  it('tells lines that do not count, and takes all others', () => {
    expect(
      told(`email,name,department
ana@acme.example,Ana,IT
ANA@acme.example,Ana,Ops
,Nobody,IT
no address,Nobody,IT
ben@acme.example,Ben
cy@acme.example,"Cy\u202E",IT\u0000
dan@acme.example,Dan,${'x'.repeat(257)}
"eve@acme.example,Eve,IT
fay@acme.example,Fay,IT`),
    ).toEqual({
      bad: [
        '3: is the same worker as line 2, which counts: two records of one person need different values in a column workerId',
        '4: email is empty',
        '5: email: Must be an e-mail address',
        '6: has 2 fields, and the first line names 3',
        '7: department: Must not hold control characters',
        '8: department: must have at most 256 characters',
        '9: a quote (") is opened and not closed',
      ],
      good: ['ana', 'fay'],
    });
  });

  it('takes two records of one address that have ids', () => {
    expect(told('email,workerId\nana@acme.example,1\nana@acme.example,2\nana@acme.example,1').good).toEqual([
      'ana',
      'ana',
    ]);
  });

  it.each([
    ['nothing', '', 'is empty'],
    ['no address', 'Work E-mail,department\n', 'If "Work E-mail" is meant, say --column email="Work E-mail"'],
    ['names twice', 'email,title,title\n', 'has the column "title" twice'],
    ['a name that objects have', 'email,constructor\n', 'the name of column 2 cannot be used'],
    ['an open quote in its first line', '"email,title\n', 'line 1: a quote (") is opened'],
    [
      'other letters',
      Buffer.from('email,name\na@b.example,M\xfcller', 'latin1'),
      'is not in UTF-8: save it as "CSV UTF-8"',
    ],
    ['too many columns', `email${',x'.repeat(200)}`, 'has more than 200 columns'],
  ])('cannot be used with %s', (_what, content, said) => {
    expect(() => read(content)).toThrow(said);
  });

  it('gives no prototype to a worker', () => {
    expect(() => read('email,a\n', { ['__proto__']: 'a' })).toThrow('the name of column 2 cannot be used');
    expect(() => readHrFile(Buffer.from('email,__proto__\n'), 'hr.csv')).toThrow(
      'the name of column 2 cannot be used',
    );
  });

  it('of ten megabytes is read within seconds', () => {
    const row = (index: number): string =>
      `c${index}@acme.example,"Colleague, ${index}",${'d'.repeat(240)},${'t'.repeat(240)}\n`;
    const text = `email,name,department,title\n${Array.from({ length: 20_000 }, (_, index) => row(index)).join('')}`;
    expect(text.length).toBeGreaterThan(10_000_000);
    const computedMs = startCpuClock();
    expect(read(text).workers).toHaveLength(20_000);
    expect(computedMs()).toBeLessThan(20_000);
  });
});
