import { describe, expect, it } from '@jest/globals';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { openContainment } from '../../../../shared/access/writer/containment';
import type { PersonWork } from '../../../../shared/access/writer/load-person';
import { resolveIdentities } from '../../../../shared/access/writer/resolve-identities';
import { UpstreamError } from '../../../../shared/errors';
import { createBackoffs } from '../../../fakes/backoffs';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const EMAILS = Array.from({ length: 7 }, (_, at) => `person.${at}@acme.example`);
const [BAD = ''] = EMAILS;

function aPerson(email: string): PersonWork {
  const ledger = aPersonLedger({ email });
  return {
    mark: undefined,
    subject: personSubject('acme', personKey(email)),
    stored: { value: ledger, etag: undefined, head: { seq: 0, hash: '' } },
    access: { employment: 'active', lockedUntilMs: undefined, reasons: [], nextChangeAtMs: undefined },
    wanted: new Set(),
    examine: new Map(),
    unusableGroups: [],
  };
}

/** Looks everybody up where a look-up that holds a bad name fails with `status`; 0: no answer came. */
async function lookUpAll(status: number, isBad: (email: string) => boolean) {
  const asked: number[] = [];
  const backoffs = createBackoffs();
  const clock = { now: () => 0 };
  const resolveByNames = async (names: readonly string[]) => {
    asked.push(names.length);
    if (names.some(isBad))
      throw new UpstreamError('uipath-unavailable', 'failed', { service: 'uipath', status });
    return new Map(
      names.map((name) => [
        name,
        { kind: 'found', entity: { identifier: `id of ${name}`, name, email: name } } as never,
      ]),
    );
  };
  const looking = resolveIdentities(
    {
      organization: { alias: 'acme' },
      accounts: { note: async () => undefined, accountOf: async () => undefined },
      uipath: { urgent: { directory: { resolveByNames } }, normal: { directory: { resolveByNames } } },
      units: await openContainment({ backoffs, clock, log: () => undefined }, 'acme'),
      isTimeUp: () => false,
      clock,
    },
    'normal',
    EMAILS.map(aPerson),
  );
  return { looking, asked, backoffs };
}

describe('a look-up that one name makes fail', () => {
  it('is halved until the name is alone', async () => {
    const { looking, asked, backoffs } = await lookUpAll(500, (email) => email === BAD);
    const { identities, unknown } = await looking;
    expect([...unknown]).toEqual([personKey(BAD)]);
    expect(identities.size).toBe(EMAILS.length - 1);
    expect(asked).toEqual([7, 4, 2, 1, 1, 2, 3]);
    expect([...backoffs.rows.keys()]).toEqual([`person:${personKey(BAD)}`]);
  });

  it('by never being answered asks each name once more and halves nothing: each wait costs a minute', async () => {
    const { looking, asked } = await lookUpAll(0, (email) => email === BAD);
    const { identities, unknown } = await looking;
    expect([...unknown]).toEqual([personKey(BAD)]);
    expect(identities.size).toBe(EMAILS.length - 1);
    expect(asked).toEqual([7, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('is an outage when no name is answered', async () => {
    const { looking, asked, backoffs } = await lookUpAll(0, () => true);
    await expect(looking).rejects.toMatchObject({ code: 'uipath-unavailable' });
    expect(backoffs.rows.size).toBeGreaterThanOrEqual(3);
    expect(backoffs.rows.size).toBeLessThan(EMAILS.length);
    expect(asked.length).toBeLessThanOrEqual(1 + EMAILS.length);
  });
});
