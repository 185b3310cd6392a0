import { describe, expect, it } from '@jest/globals';
import { createWriteGate } from '../../../../shared/access/ledger/organization/observed-organization';
import { readPause } from '../../../../shared/access/ledger/organization/pause-of-organization';
import { createOwnRecords } from '../../../../shared/access/ledger/organization/version-in-force';
import { NEW_ORGANIZATION_LEDGER, withMode } from '../../../../shared/domain/ledger/organization-ledger';
import type { Pause } from '../../../../shared/domain/pause';
import type { Policy } from '../../../../shared/domain/policy';
import { AppError, errorCodeOf, type ErrorCode } from '../../../../shared/errors';
import { anOrganization } from '../../../fixtures/builders/organizations';
import { keyHolder } from '../../../fixtures/key-holder';

const PAUSE: Pause = { sinceMs: 1, atMs: 1, by: keyHolder('Maria Lead'), reason: 'wrong export' };
const ENDS: Pause = { ...PAUSE, untilMs: 5_000 };
const UNREADABLE = 'record-unreadable';

type Place = Pause | ErrorCode | undefined;

/** What the organization's record and the row beside it say; a code is what reading it fails with. */
function stored(own: Place, beside: Place) {
  const asked = { ledger: 0, pauses: 0 };
  const told = (what: Place): Pause | undefined => {
    if (typeof what === 'string') throw new AppError(what, '');
    return what;
  };
  const places = { own, beside };
  return {
    asked,
    places,
    ledger: {
      read: async () => {
        asked.ledger += 1;
        const paused = told(places.own);
        return {
          value: { ...NEW_ORGANIZATION_LEDGER, ...(paused === undefined ? {} : { paused }) },
          etag: '1',
        } as never;
      },
    },
    pauses: {
      get: async () => {
        asked.pauses += 1;
        return told(places.beside);
      },
    },
  };
}

function gateOf(parts: ReturnType<typeof stored>, clock = { nowMs: 1_000 }) {
  const organizations = new Map([['acme', anOrganization({ alias: 'acme' })]]);
  const gate = createWriteGate(
    {
      pauses: parts.pauses,
      ownRecords: createOwnRecords({ ledger: parts.ledger, clock: { now: () => clock.nowMs } }),
      policy: async () => ({ hash: 'h', organizations, sources: [] }) satisfies Policy,
      clock: { now: () => clock.nowMs },
    },
    { alias: 'acme', hash: 'h' },
  );
  return async (): Promise<string> => gate().then(() => 'made', errorCodeOf);
}

describe('a write', () => {
  it.each<[string, Place, Place, string]>([
    ['nobody paused it', undefined, undefined, 'made'],
    ['it is paused', PAUSE, PAUSE, 'organization-paused'],
    ['its pause has not ended', ENDS, ENDS, 'organization-paused'],
    ['only the row beside the record has a pause', undefined, PAUSE, 'made'],
    [
      'the record cannot be read, and the row says that it is paused',
      UNREADABLE,
      PAUSE,
      'organization-paused',
    ],
    ['the record cannot be read, and nobody paused it', UNREADABLE, undefined, 'made'],
    ['neither can be read', UNREADABLE, UNREADABLE, 'organization-paused'],
    ['storage does not answer', 'storage-unavailable', PAUSE, 'storage-unavailable'],
  ])('where %s', async (_, own, beside, came) => {
    expect(await gateOf(stored(own, beside))()).toBe(came);
  });

  it('asks for the pause with the read that it makes anyway', async () => {
    const parts = stored(undefined, undefined);
    const write = gateOf(parts);
    expect([await write(), await write(), parts.asked]).toEqual(['made', 'made', { ledger: 1, pauses: 0 }]);
  });

  it('is refused within a second of the pause, and made at its end', async () => {
    const parts = stored(undefined, undefined);
    const clock = { nowMs: 1_000 };
    const write = gateOf(parts, clock);
    expect(await write()).toBe('made');
    parts.places.own = ENDS;
    clock.nowMs = 1_999;
    expect(await write()).toBe('made');
    clock.nowMs = 2_000;
    expect(await write()).toBe('organization-paused');
    clock.nowMs = 4_999;
    expect(await write()).toBe('organization-paused');
    clock.nowMs = 5_000;
    expect(await write()).toBe('made');
  });

  it('is not believed to be refused: the end of a pause counts at once', async () => {
    const parts = stored(PAUSE, PAUSE);
    const write = gateOf(parts);
    expect(await write()).toBe('organization-paused');
    parts.places.own = undefined;
    expect(await write()).toBe('made');
  });
});

describe('the pause that is told', () => {
  it.each<[string, Place, Place, object | string | undefined]>([
    ['none', undefined, undefined, undefined],
    ['one', PAUSE, PAUSE, { pause: PAUSE, isLost: false }],
    ['one that the record lost', undefined, PAUSE, { pause: PAUSE, isLost: true }],
    ['none beside a row that cannot be read', undefined, UNREADABLE, undefined],
    ['one of the row, as the record cannot be read', UNREADABLE, PAUSE, { pause: PAUSE, isLost: false }],
    ['why nobody can tell', UNREADABLE, UNREADABLE, UNREADABLE],
    ['none, as it is over in both', ENDS, ENDS, undefined],
  ])('is %s', async (_, own, beside, told) => {
    expect(await readPause(stored(own, beside), 'acme', 6_000).catch(errorCodeOf)).toEqual(told);
  });
});

it('a version of the policy, whatever its mode, leaves a pause as it is', () => {
  const own = { ...NEW_ORGANIZATION_LEDGER, paused: PAUSE };
  for (const mode of ['observe', 'enforce'] as const) expect(withMode(own, mode, 9).paused).toBe(PAUSE);
});
