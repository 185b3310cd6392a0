import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { CHECKS, describeCheck, isCheckId } from '../../../../shared/domain/audit/check-catalog';
import { anchorOf } from '../../../../shared/domain/audit/check-catalog-entry';

describe('the catalogue of checks', () => {
  it.each(Object.entries(CHECKS))('says all there is to say of %s', (id, { title, why, mend, link }) => {
    expect([title, why, mend].every((words) => words.length > 10)).toBe(true);
    expect(link).toBe(`#check-${id}`);
    expect(isCheckId(id)).toBe(true);
    expect(describeCheck('member-missing')).toBe(CHECKS['member-missing']);
  });

  it('is the list of docs/checks.md, word by word', () => {
    const page = readFileSync('docs/checks.md', 'utf8').replaceAll(/\s+/g, ' ');
    for (const [id, { title, severity, why, mend }] of Object.entries(CHECKS)) {
      expect(page).toContain(`## ${id} **${title}** (${severity}). ${why} To mend it: `);
      expect(page.toLowerCase()).toContain(mend.toLowerCase());
    }
    const headings = page.match(/## [a-z-]+/g) ?? [];
    expect(headings).toHaveLength(Object.keys(CHECKS).length + 1);
  });

  it('takes the words of an own check from those that a report carries', () => {
    const own = { title: 'Ours', severity: 'low', why: 'w', mend: 'm', link: 'l' } as const;
    expect(describeCheck('own:ours', { 'own:ours': own })).toBe(own);
    expect(describeCheck('own:gone')).toMatchObject({ title: 'own:gone', severity: 'medium' });
  });

  it('has a place in a page for each check', () => {
    expect([anchorOf('member-missing'), anchorOf('own:crowded-support')]).toEqual([
      '#check-member-missing',
      '#check-own-crowded-support',
    ]);
  });

  it('knows no other checks', () => {
    expect([isCheckId('own:ours'), isCheckId('ours'), isCheckId('toString')]).toEqual([true, false, false]);
  });
});
