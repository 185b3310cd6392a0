import { describe, expect, it } from '@jest/globals';
import type { NamedHold } from '../../../shared/access/desk/read-hold-with-names';
import type { PageLayout } from '../../../shared/console/page-layout';
import { renderHolds } from '../../../shared/console/pages/holds-page';

const GROUP = '11111111-1111-4111-8111-111111111111';
const ANA = '22222222-2222-4222-8222-222222222222';
const GONE = '33333333-3333-4333-8333-333333333333';

const HOLD: NamedHold = {
  hash: 'a'.repeat(64),
  state: 'held',
  guards: [{ guard: 'group', scope: GROUP, removals: 2, whole: 3 }],
  removals: [
    removalOf('p-1', ANA, 'ana.ito@acme.example'),
    removalOf('p-2', GONE, null),
    { ...removalOf('p-1', ANA, 'ana.ito@acme.example'), groupId: 'g-2', groupName: '<b>Ops</b>' },
  ],
  heldAtMs: 0,
  expiresAtMs: 86_400_000,
  releasedBy: undefined,
  releasedAtMs: undefined,
};

function removalOf(
  personKey: string,
  memberId: string,
  person: string | null,
): NamedHold['removals'][number] {
  return { groupId: GROUP, groupName: 'Automation Developers', personKey, person, memberId, why: ['left'] };
}

const LAYOUT = {
  organization: 'acme',
  page: 'plans',
  may: { read: true, operate: true, release: true },
  token: 't',
  observed: undefined,
} as unknown as PageLayout;

describe('the page of held plans', () => {
  const { html } = renderHolds(LAYOUT, [HOLD], 1);
  const withoutDetails = html.replaceAll(/<details>.*?<\/details>/gs, '');

  it('says whom each plan removes from what, and why, by names', () => {
    const text = withoutDetails.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain('Remove 2 people from 2 groups');
    expect(text).toContain('Automation Developers would lose 2 of 3 members at once');
    expect(text).toContain('ana.ito@acme.example Automation Developers has left');
    expect(text).toContain('somebody without a known address Automation Developers has left');
    expect(text).toContain('Release 3 removals');
  });

  it('names the group where it is one', () => {
    const one = { ...HOLD, removals: HOLD.removals.slice(0, 1) };
    const text = renderHolds(LAYOUT, [one], 1).html.replaceAll(/<[^>]*>/g, '');
    expect(text).toContain('Remove 1 person from Automation Developers');
    expect(text).toContain('Release 1 removal');
    expect(text).not.toContain('1 removals');
  });

  it('shows ids behind details alone', () => {
    expect(withoutDetails).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
    expect(html).toContain(`directory id <code>${GONE}</code>`);
    expect(html).toContain('&lt;b&gt;Ops&lt;/b&gt;');
  });
});
