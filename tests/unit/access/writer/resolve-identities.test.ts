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

function failedBefore(email: string) {
  const unit = { kind: 'person', key: personKey(email) } as const;
  return {
    unit,
    code: 'uipath-unavailable',
    failures: 1,
    sinceMs: -120_000,
    lastMs: -120_000,
    notBeforeMs: -60_000,
  };
}

/** Looks everybody up where a look-up that holds a bad name fails with `status`; 0: no answer came. */
async function lookUpAll(
  status: number,
  isBad: (email: string) => boolean,
  people: readonly PersonWork[] = EMAILS.map(aPerson),
  { isAway = true, failing = [] }: Readonly<{ isAway?: boolean; failing?: readonly string[] }> = {},
) {
  const asked: number[] = [];
  const names: string[] = [];
  const backoffs = createBackoffs();
  for (const email of failing) await backoffs.put('acme', failedBefore(email));
  const clock = { now: () => 0 };
  const askUiPath = async (): Promise<void> => {
    if (isAway) throw new UpstreamError('uipath-unavailable', 'away', { service: 'uipath', status });
  };
  const resolveByNames = async (emails: readonly string[]) => {
    asked.push(emails.length);
    names.push(...emails);
    if (emails.some(isBad))
      throw new UpstreamError('uipath-unavailable', 'failed', { service: 'uipath', status });
    return new Map(
      emails.map((name) => [
        name,
        { kind: 'found', entity: { identifier: `id of ${name}`, name, email: name } } as never,
      ]),
    );
  };
  const looking = resolveIdentities(
    {
      organization: { alias: 'acme' },
      accounts: { note: async () => undefined, accountOf: async () => undefined },
      uipath: {
        urgent: { directory: { resolveByNames, resolve: async () => ({ kind: 'not-found' as const }) } },
        normal: { directory: { resolveByNames, resolve: async () => ({ kind: 'not-found' as const }) } },
      },
      units: await openContainment({ backoffs, clock, log: () => undefined, askUiPath }, 'acme'),
      fence: { token: 0, etag: '' },
      isTimeUp: () => false,
      leftMs: () => 0,
      clock,
    },
    'normal',
    people,
  );
  return { looking, asked, names, backoffs };
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

  it('are made one by one for as many as there is time for, where UiPath answers another call', async () => {
    const people = Array.from({ length: 200 }, (_, at) => aPerson(`new.${at}@acme.example`));
    const { looking, backoffs } = await lookUpAll(500, () => true, people, { isAway: false });
    await looking;
    expect(backoffs.rows.size).toBe(200);
  });

  it('are made after all others, in parts of their own, by those who failed before', async () => {
    const emails = Array.from(
      { length: 60 },
      (_, at) => `${at % 2 === 0 ? 'bad' : 'new'}.${at}@acme.example`,
    );
    const failing = emails.filter((email) => email.startsWith('bad'));
    const isBad = (email: string): boolean => failing.includes(email);
    const { looking, names } = await lookUpAll(500, isBad, emails.map(aPerson), { failing });
    expect((await looking).identities.size).toBe(30);
    expect(names.slice(0, 30).filter(isBad)).toEqual([]);
  });

  it('of those who were marked together are made together, the newest first where they fail', async () => {
    const marked = (email: string, sinceMs: number): PersonWork => {
      const person = aPerson(email);
      const mark = { subject: person.subject, lane: 'normal', etag: email, sinceMs, cause: 'time' } as const;
      return { ...person, mark };
    };
    const people = Array.from({ length: 40 }, (_, at) =>
      marked(`${at % 2 === 0 ? 'old' : 'new'}.${at}@acme.example`, at % 2),
    );
    const { looking, asked } = await lookUpAll(500, (email) => email.startsWith('old'), people);
    expect((await looking).identities.size).toBe(20);
    expect(asked.slice(0, 3)).toEqual([20, 20, 1]);
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
    expect(unknown).toEqual(new Set([leaver.subject.key, joiner.subject.key]));
  });
});
