import { describe, expect, it } from '@jest/globals';
import { renderPageLayout, type PageLayout } from '../../../shared/console/page-layout';
import { renderPauseForm } from '../../../shared/console/pages/pause-form';
import type { PauseShown } from '../../../shared/domain/pause';
import { markup } from '../../../shared/html/markup';
import { signedInPerson } from '../../fixtures/signed-in-person';

const PAUSED: PauseShown = {
  id: 'a'.repeat(32),
  sinceMs: 0,
  by: 'Maria <Lead>',
  reason: '<script>alert(1)</script>\u202E',
  untilMs: null,
  isLost: false,
  urgent: 3,
  oldestUrgentMs: 60_000,
};

function layoutOf(paused: PauseShown | undefined, may: Partial<PageLayout['may']> = {}): PageLayout {
  return {
    visitor: { by: signedInPerson('olga.admin@acme.example') },
    organizations: ['acme'],
    organization: 'acme',
    page: 'findings',
    may: { read: true, operate: true, release: true, ...may },
    operatesIn: ['acme'],
    token: 't',
    done: undefined,
    observed: undefined,
    ...(paused === undefined ? {} : { paused }),
  } as unknown as PageLayout;
}

const page = (paused: PauseShown | undefined): string =>
  renderPageLayout(layoutOf(paused), markup``).replaceAll(/\s+/g, ' ');
const form = (paused: PauseShown | undefined, may = {}): string =>
  renderPauseForm(layoutOf(paused, may))?.html ?? '';

describe('the console of a paused organization', () => {
  it('says so on every page: who, why, since when, and who waits since when', () => {
    expect(page(PAUSED)).toMatch(
      /is paused: nothing is written to UiPath.* Since <time[^>]*>1970.*until somebody resumes it/,
    );
    expect(page(PAUSED)).toMatch(/Urgent changes wait: 3<\/strong>.*oldest since <time/);
    expect(page(PAUSED)).toContain('Maria &lt;Lead&gt;');
    expect(page(PAUSED)).not.toContain('<script>alert');
    expect(page({ ...PAUSED, untilMs: 60_000 })).toMatch(/until <time[^>]*>1970/);
    expect(page(undefined)).not.toContain('paused');
  });

  it('says of a pause that got lost that changes are made', () => {
    expect(page({ ...PAUSED, isLost: true })).toContain('is not any more');
    expect(page({ ...PAUSED, isLost: true })).not.toContain('Urgent changes wait');
  });

  it('has a form to end exactly this pause, else one to begin one', () => {
    expect(form(PAUSED)).toContain(`name="pause" value="${PAUSED.id}"`);
    expect(form(PAUSED)).toContain('/acme/today/resume');
    expect(form(undefined)).toContain('/acme/today/pause');
    expect(form(undefined)).not.toContain('resume"');
  });

  it.each([[PAUSED], [undefined]])('has no form for whoever may not release', (paused) => {
    expect(form(paused, { release: false })).toBe('');
  });
});
