import { describe, expect, it } from '@jest/globals';
import type { Observed } from '../../../shared/access/ledger/organization/observed-organization';
import { renderPageLayout, type PageLayout } from '../../../shared/console/page-layout';
import { renderHolds } from '../../../shared/console/pages/holds-page';
import type { NamedHold } from '../../../shared/access/desk/read-hold-with-names';
import { markup } from '../../../shared/html/markup';
import { signedInPerson } from '../../fixtures/signed-in-person';

const HOLD: NamedHold = {
  hash: 'a'.repeat(64),
  state: 'held',
  guards: [{ guard: 'batch', scope: 'hr', removals: 9, whole: 20 }],
  removals: [
    {
      groupId: 'g',
      groupName: 'Developers',
      personKey: 'p',
      person: 'ana.ito@acme.example',
      memberId: 'm',
      why: ['left'],
    },
  ],
  heldAtMs: 0,
  expiresAtMs: 9,
  releasedBy: undefined,
  releasedAtMs: undefined,
};

function layoutOf(observed: Observed | undefined): PageLayout {
  return {
    visitor: { by: signedInPerson('olga.admin@acme.example') },
    organizations: ['acme'],
    organization: 'acme',
    page: 'plans',
    may: { read: true, operate: true, release: true },
    operatesIn: ['acme'],
    token: 't',
    done: undefined,
    observed,
  } as unknown as PageLayout;
}

describe('the console of an organization in observe', () => {
  it('says so on every page, and since when where that is known', () => {
    const shown = (observed: Observed | undefined) => renderPageLayout(layoutOf(observed), markup``);
    expect(shown({ sinceMs: 0 }).replaceAll(/\s+/g, ' ')).toMatch(/is in observe since <time[^>]*>1970/);
    expect(shown({})).toContain('is in observe: nothing is written');
    expect(shown(undefined)).not.toContain('in observe');
  });

  it('shows what would be held, without a button to release it', () => {
    const shown = (observed: Observed | undefined) => renderHolds(layoutOf(observed), [HOLD], 1).html;
    expect(shown({})).toContain('would be held');
    expect(shown({})).not.toContain('<form');
    expect(shown(undefined)).toContain('Release 1 removal<');
  });
});
