import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  pauseOrganization,
  resumeOrganization,
  type PauseOrganizationDeps,
} from '../../../../shared/access/desk/pause-organization';
import { idOfPause } from '../../../../shared/domain/pause';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { createPauses } from '../../../../shared/storage/desk/pauses';
import { createLedgerStore } from '../../../../shared/storage/ledger';
import { anOrganization } from '../../../fixtures/builders/organizations';
import { keyHolder } from '../../../fixtures/key-holder';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';

const NOW_MS = Date.UTC(2026, 10, 22);
const LATER = new Date(NOW_MS + 3_600_000).toISOString();
const REASON = 'An export that nobody trusts';
const organizations = new Map([['acme', anOrganization({ alias: 'acme' })]]);

let deps: PauseOrganizationDeps;
beforeEach(() => {
  const storage = openMemoryStorage();
  deps = {
    policy: async () => ({ hash: 'h', organizations, sources: [] }),
    ledger: createLedgerStore(storage),
    pauses: createPauses(storage),
    accounts: { personOf: async () => undefined, list: async () => [] },
    changes: { bookRun: async () => undefined, listMarks: async () => [] },
    queues: { enqueueChanges: async () => undefined },
    clock: { now: () => NOW_MS },
    log: () => undefined,
  };
});

/** Whoever writes the row beside the record is held up until somebody else has decided. */
function heldUpBy(decide: () => Promise<unknown>): PauseOrganizationDeps {
  let other: Promise<unknown> | undefined;
  const after = async (write: () => Promise<void>): Promise<void> => {
    await (other ??= decide());
    await write();
  };
  const { get, put, remove } = deps.pauses;
  return {
    ...deps,
    pauses: {
      get,
      put: async (...said) => after(async () => put(...said)),
      remove: async (...said) => after(async () => remove(...said)),
    },
  };
}

const pause = async (by: string, until: string, on = deps) =>
  pauseOrganization(on, 'acme', { by: keyHolder(by), reason: REASON, until });
const resume = async (id: string, on = deps) =>
  resumeOrganization(on, 'acme', { by: keyHolder('Ben'), reason: REASON, pause: id });
const both = async () => [
  (await deps.ledger.read(organizationSubject('acme')))?.value.paused,
  await deps.pauses.get('acme'),
];

describe('the row beside the record', () => {
  it('is of the longer of two pauses at once', async () => {
    await pause(
      'Ana',
      LATER,
      heldUpBy(async () => pause('Cara', '')),
    );
    const [own, beside] = await both();
    expect([own?.untilMs, own?.by, beside]).toEqual([undefined, keyHolder('Cara'), own]);
  });

  it('is of a pause that comes beside the end of the one before', async () => {
    const id = idOfPause(await pause('Ana', LATER));
    await resume(
      id,
      heldUpBy(async () => pause('Cara', '')),
    );
    const [own, beside] = await both();
    expect([own?.by, beside]).toEqual([keyHolder('Cara'), own]);
  });

  it('goes with a pause that is ended while it is being written', async () => {
    await pause(
      'Ana',
      '',
      heldUpBy(async () => {
        const [own] = await both();
        if (own !== undefined) await resume(idOfPause(own));
      }),
    );
    expect(await both()).toEqual([undefined, undefined]);
  });
});
