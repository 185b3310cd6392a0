import { describe, expect, it } from '@jest/globals';
import type { NamedRefusedChange } from '../../../shared/access/desk/name-refused-changes';
import type { PageLayout } from '../../../shared/console/page-layout';
import { renderDeadLetters } from '../../../shared/console/pages/dead-letters-page';

const CHANGE: NamedRefusedChange = {
  id: 'letter-1',
  personKey: 'p-1',
  person: 'ana.ito@acme.example',
  groupId: '11111111-1111-4111-8111-111111111111',
  groupName: 'Automation Developers',
  memberId: '22222222-2222-4222-8222-222222222222',
  decision: 'add',
  state: 'open',
  history: [{ atMs: 0, event: 'refused', code: 'uipath-member-refused', by: '' }],
};

const LAYOUT = {
  organization: 'acme',
  page: 'dead-letters',
  may: { read: true, operate: true, release: true },
  operatesIn: ['acme'],
  token: 't',
  observed: undefined,
} as unknown as PageLayout;

function shown(change: NamedRefusedChange) {
  const { html } = renderDeadLetters(LAYOUT, [], [change], []);
  const outside = html.replaceAll(/<details>.*?<\/details>/gs, '');
  return { html, outside, text: outside.replaceAll(/<[^>]*>/g, '') };
}

describe('the page of refused changes', () => {
  it('says whom UiPath refused in which group', () => {
    expect(shown(CHANGE).text).toContain('Add ana.ito@acme.example to Automation Developers');
    expect(shown({ ...CHANGE, decision: 'remove' }).text).toContain(
      'Remove ana.ito@acme.example from Automation Developers',
    );
    expect(shown({ ...CHANGE, person: null }).text).toContain(
      'Add somebody without a known address to Automation Developers',
    );
  });

  it('shows the directory id behind details alone', () => {
    const { html, outside } = shown(CHANGE);
    expect(html).toContain(CHANGE.memberId);
    expect(outside).not.toContain(CHANGE.memberId);
    expect(shown({ ...CHANGE, person: '<i>x</i>' }).html).toContain('&lt;i&gt;x&lt;/i&gt;');
  });
});
