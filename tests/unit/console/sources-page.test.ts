import { describe, expect, it } from '@jest/globals';
import type { SourceState } from '../../../shared/access/desk/list-sources';
import { renderSources } from '../../../shared/console/pages/sources-page';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';

const NOW_MS = Date.parse('2026-11-20T10:00:00Z');

function stateOf(changes: Partial<SourceState>): SourceState {
  return {
    source: {
      feed: 'hr',
      name: 'bob',
      format: 'hibob',
      secret: 'bob-key',
      organizations: ['acme'],
      may: new Set(['joiner', 'leaver']),
      groups: undefined,
      mapping: PLAIN_MAPPING,
      speaksOf: 'record',
      fetchBack: undefined,
      entra: undefined,
      heartbeatHours: 48,
    },
    proof: 'signature',
    lastReceivedMs: NOW_MS,
    heartbeat: 'in-time',
    ignoredToday: 3,
    ignoredThisWeek: 17,
    reusedThisWeek: 0,
    pending: 0,
    dead: 0,
    ...changes,
  };
}

const textOf = (changes: Partial<SourceState>): string =>
  renderSources('acme', [stateOf(changes)])
    .html.replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('the page of sources', () => {
  it('says of one that cannot be read why, and nothing that is not known', () => {
    const text = textOf({ unreadable: 'storage-unavailable', lastReceivedMs: undefined });
    expect(text).toContain('storage-unavailable Nothing of this source can be read now.');
    expect(text).not.toContain('never');
  });

  it('says what a source is, what makes it believed, and when it was heard', () => {
    expect(textOf({})).toContain('HR: bob hibob');
    expect(textOf({})).toMatch(/signature joiner, leaver $/);
    expect(textOf({})).toContain('hibob 2026-11-20 10:00 UTC in time');
    expect(textOf({})).toContain('3 asked for nothing today, 17 in seven days');
    expect(textOf({})).not.toContain('two contents');
    expect(textOf({ reusedThisWeek: 2 })).toContain('2 ids with two contents in seven days');
  });

  it.each<readonly [SourceState['heartbeat'], string]>([
    ['in-time', 'in time, due every 48 hours'],
    ['awaited', 'awaited, due within 48 hours'],
    ['silent', 'silent for more than 48 hours'],
    ['not-watched', 'not watched'],
  ])('says of a heartbeat that is %s: %s', (heartbeat, text) => {
    expect(textOf({ heartbeat })).toContain(text);
  });

  it.each<readonly [NonNullable<SourceState['proof']>, string]>([
    ['signature', 'signature'],
    ['identity', 'identity of Microsoft Entra'],
    ['token-and-look-up', 'token, and its record is read at the source'],
    ['token', 'token only'],
  ])('says of the proof %s: %s', (proof, text) => {
    expect(textOf({ proof })).toContain(text);
  });

  it('has nothing to say of what was never heard', () => {
    expect(textOf({ lastReceivedMs: undefined, heartbeat: 'awaited' })).toContain('hibob never awaited');
  });
});
