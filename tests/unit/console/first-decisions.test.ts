import { describe, expect, it } from '@jest/globals';
import type { PageLayout } from '../../../shared/console/page-layout';
import { renderFirstDecisions } from '../../../shared/console/pages/first-decisions';
import { firstDecision } from '../../../shared/domain/first-decision';
import { objectIdOf } from '../../fixtures/easy-auth';
import { signedInPerson } from '../../fixtures/signed-in-person';

const OLGA = 'olga.admin@acme.example';
const content = { page: 'findings', about: 'f1', fields: { reason: '<b>x</b>', ticket: 'T-1' } };
const first = firstDecision(content, signedInPerson(OLGA), 0);
const layout = (may: object) =>
  ({ organization: 'acme', token: 't', page: 'findings', may }) as unknown as PageLayout;
const shown = (may: object, nowMs = 1) => renderFirstDecisions(layout(may), [first], nowMs)?.html;

describe('what waits for a second person', () => {
  it('says who decided what, with a form that says the same', () => {
    const html = shown({ operate: true }) ?? '';
    expect(html).toContain(`<bdi>${OLGA}</bdi> decided`);
    expect(html).not.toContain(objectIdOf(OLGA));
    expect(html).toContain('action="/api/console/acme/findings/f1"');
    expect(html).toContain('<input type="hidden" name="ticket" value="T-1">');
    expect(html).not.toContain('<b>x');
  });

  it('has no form for whoever may only look, and is gone when it has ended or is of another page', () => {
    expect(shown({ operate: false, release: true })).not.toContain('<form');
    expect(shown({ operate: true }, first.untilMs)).toBeUndefined();
    expect(renderFirstDecisions({ ...layout({}), page: 'plans' }, [first], 1)).toBeUndefined();
  });

  it('is told in part where it is much, those that end first, so that the page stays small', () => {
    const long = 'r'.repeat(500);
    const many = Array.from({ length: 400 }, (_one, at) =>
      firstDecision(
        { page: 'findings', about: `f${at}`, fields: { reason: long, owner: long, ticket: long } },
        signedInPerson(OLGA),
        400 - at,
      ),
    );
    const html = renderFirstDecisions(layout({ operate: true }), many, 1)?.html ?? '';
    expect(html).toContain('and 390 more');
    expect(html).toContain('findings/f399"');
    expect(html).not.toContain('findings/f0"');
    expect(html.length).toBeLessThan(40_000);
  });
});
