import { expect, it } from '@jest/globals';
import { chooseFormat } from '../../../shared/reports/report-formats';

it.each([
  ['nothing is asked for', null, null, 'json'],
  ['anything will do', null, '*/*', 'json'],
  ['a browser asks', null, 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
  ['a media type is named', null, 'application/sarif+json', 'sarif'],
  ['media types are weighed', null, 'application/json;q=0.5, text/csv;q=0.9', 'csv'],
  ['a type is refused and the rest will do', null, 'application/json;q=0, */*;q=0.1', 'html'],
  ['a family of types will do', null, 'text/*', 'html'],
  ['upper case is used', null, 'TEXT/CSV', 'csv'],
  ['only another type will do', null, 'image/png', undefined],
  ['a format is named, whatever Accept says', 'oscal', 'text/html', 'oscal'],
  ['another format is named', 'pdf', '*/*', undefined],
  ['a name of every object is named', 'constructor', '*/*', undefined],
])('when %s', (_case, asked, accept, expected) => {
  expect(chooseFormat(asked, accept)).toBe(expected);
});
