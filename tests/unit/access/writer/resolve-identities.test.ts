import { describe, expect, it } from '@jest/globals';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { openContainment } from '../../../../shared/access/writer/containment';
import type { PersonWork } from '../../../../shared/access/writer/load-person';
import { resolveIdentities } from '../../../../shared/access/writer/resolve-identities';
import { DAY_MS } from '../../../../shared/domain/durations';
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
async function lookUpAll(
  status: number,
  isBad: (email: string) => boolean,
  people: readonly PersonWork[] = EMAILS.map(aPerson),
) {
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
      leftMs: () => 0,
      clock,
    },
    'normal',
    people,
  );
  return { looking, asked, backoffs };
}

describe('a look-up that one name makes fail', () => {
  it.each([
    ['with an error', 500],
    ['by never being answered', 0],
  ])('%s is made again name by name', async (_how, status) => {
    const { looking, asked, backoffs } = await lookUpAll(status, (email) => email === BAD);
    const { identities, unknown } = await looking;
    expect([...unknown]).toEqual([personKey(BAD)]);
    expect(identities.size).toBe(EMAILS.length - 1);
    expect(asked).toEqual([7, 1, 1, 1, 1, 1, 1, 1]);
    expect([...backoffs.rows.keys()]).toEqual([`person:${personKey(BAD)}`]);
  });
});

describe('look-ups that all fail', () => {
  it('keep nobody else waiting: the run goes on, and each of a few has a backoff', async () => {
    const { looking, backoffs } = await lookUpAll(500, () => true);
    const { identities, unknown } = await looking;
    expect([identities.size, unknown.size]).toEqual([0, EMAILS.length]);
    expect(backoffs.rows.size).toBe(EMAILS.length);
  });

  it('are not made one by one for a thousand names', async () => {
    const people = Array.from({ length: 1_000 }, (_, at) => aPerson(`new.${at}@acme.example`));
    const { looking, asked, backoffs } = await lookUpAll(500, () => true, people);
    expect((await looking).unknown.size).toBe(1_000);
    expect(asked.length).toBeLessThanOrEqual(50 + 26);
    expect(backoffs.rows.size).toBeLessThanOrEqual(26);
  });

  it('leave somebody who left the id of before', async () => {
    const identity = {
      kind: 'resolved',
      id: '9d2cf7fb-e0d4-4e7a-8fd4-45d30fd79b7a',
      checkedAtMs: -30 * DAY_MS,
    } as const;
    const [leaver, joiner] = ['left', 'active'].map((employment): PersonWork => {
      const person = aPerson(`${employment}@acme.example`);
      return {
        ...person,
        access: { ...person.access, employment: employment as 'left' | 'active' },
        stored: { ...person.stored, value: { ...person.stored.value, identity } },
      };
    });
    if (leaver === undefined || joiner === undefined) throw new RangeError('Two people');
    const { looking } = await lookUpAll(500, () => true, [leaver, joiner]);
    const { identities, unknown } = await looking;
    expect([...identities]).toEqual([[leaver.subject.key, identity]]);
    expect([...unknown]).toEqual([leaver.subject.key, joiner.subject.key]);
  });
});
