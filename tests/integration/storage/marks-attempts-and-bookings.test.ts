import type { WantedRun } from '../../../shared/storage/writer-bookings';
import { describe, expect, it } from '@jest/globals';
import type { Attempt, MembershipAttempt } from '../../../shared/storage/fenced-attempts';
import type { Subject } from '../../../shared/domain/ledger/subject';
import { createChangeStore, type ChangeStore } from '../../../shared/storage/marks-attempts-and-bookings';
import type { StorageAccount } from '../../../shared/storage/storage-account';
import { personKey } from '../../../shared/domain/person-key';
import { causeOfEdit } from '../../../shared/domain/plan/guards';
import { digestOfPerson } from '../../../shared/domain/plan/call-in-short';
import { errorOf } from '../../fakes/error-of';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
const NOW_MS = 1_000_000;

function aSubject(organization: string, key = 'aa', kind: Subject['kind'] = 'person'): Subject {
  return { organization, kind, key };
}

function anAttempt(id: string): MembershipAttempt {
  return {
    kind: 'membership',
    id,
    groupId: 'g',
    groupName: 'Developers',
    add: [{ personKey: 'aa', memberId: 'm' }],
    remove: [],
    planHash: 'h',
    startedAtMs: NOW_MS,
  };
}

async function keysOf(store: ChangeStore, organization: string, most = 100): Promise<readonly string[]> {
  return (await store.listMarks(organization, most)).map(
    ({ lane, subject }) => `${lane} ${subject.kind} ${subject.key}`,
  );
}

describe('marks', () => {
  it('are listed urgent ones first, as many as asked', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    await store.mark(aSubject(organization, 'a1'), 'normal', NOW_MS);
    await store.mark(aSubject(organization, 'r1', 'rule'), 'normal', NOW_MS);
    await store.mark(aSubject(organization, 'z9'), 'urgent', NOW_MS);
    expect(await keysOf(store, organization)).toEqual([
      'urgent person z9',
      'normal person a1',
      'normal rule r1',
    ]);
    expect(await keysOf(store, organization, 1)).toEqual(['urgent person z9']);
  });

  it('are one per subject and lane, wait since they were set first, and stay in their organization', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    await store.mark(aSubject(organization), 'normal', NOW_MS);
    await store.mark(aSubject(organization), 'normal', NOW_MS + 1);
    await store.mark(aSubject(`${organization}2`), 'normal', NOW_MS);
    expect(await keysOf(store, organization)).toEqual(['normal person aa']);
    expect((await store.listMarks(organization, 1))[0]?.sinceMs).toBe(NOW_MS);
  });

  it.each([
    ['without one keep the first', undefined, 'hr'],
    ['of another have that', 'tickets', 'tickets'],
  ])('have a cause: made again %s', async (_again, cause, expected) => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    await store.mark(aSubject(organization), 'urgent', NOW_MS, 'hr');
    await store.mark(aSubject(organization, 'b1'), 'urgent', NOW_MS);
    await store.mark(aSubject(organization), 'urgent', NOW_MS, cause);
    expect((await store.listMarks(organization, 2)).map((mark) => mark.cause)).toEqual([expected, 'time']);
  });

  it('tell of an edit of the policy that empties something, in either lane and whatever came since', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const [edit, emptying] = [causeOfEdit('0123456789', false), causeOfEdit('0123456789', true)];
    await store.mark(aSubject(organization, 'a1'), 'normal', NOW_MS, emptying);
    await store.mark(aSubject(organization, 'a1'), 'normal', NOW_MS, 'hr');
    await store.mark(aSubject(organization, 'a1'), 'urgent', NOW_MS, 'hr');
    await store.mark(aSubject(organization, 'b1'), 'urgent', NOW_MS, emptying);
    await store.mark(aSubject(organization, 'c1'), 'normal', NOW_MS, edit);
    const told = ['a1', 'b1', 'c1', 'd1'].map(async (key) =>
      store.emptyingEditOf(aSubject(organization, key)),
    );
    expect(await Promise.all(told)).toEqual([emptying, emptying, undefined, undefined]);
  });

  it('are removed once they were looked at, unless the subject was marked again meanwhile', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    await store.mark(aSubject(organization), 'normal', NOW_MS);
    const [first] = await store.listMarks(organization, 1);
    await store.mark(aSubject(organization), 'normal', NOW_MS);
    if (first !== undefined) await store.clearMark(first);
    const [second] = await store.listMarks(organization, 1);
    expect(second).toMatchObject({ subject: aSubject(organization) });
    if (second !== undefined) {
      await store.clearMark(second);
      await store.clearMark(second);
    }
    expect(await store.listMarks(organization, 1)).toEqual([]);
  });
});

describe('a mark whose key was edited', () => {
  it.each(['m:1:person:aa:x', 'm:01:person:aa'])(
    '%s cannot be read: to clear it would leave it',
    async (rowKey) => {
      const organization = newName('acme');
      const table = await storage().table('changes');
      await table.createEntity({ partitionKey: organization, rowKey, sinceMs: 1 });
      const [mark] = await createChangeStore(storage()).listMarks(organization, 9);
      expect(mark?.subject).toEqual({ organization, kind: 'unreadable', key: rowKey });
    },
  );
});

describe('booking a run', () => {
  type Earlier = Readonly<{ atMs: number; reason?: WantedRun['reason'] }>;
  const inAMinute = NOW_MS + 60_000;
  it.each<[string, Earlier | undefined, Pick<WantedRun, 'lane'> & Partial<WantedRun>, boolean]>([
    ['nothing is booked', undefined, { lane: 'normal' }, true],
    ['one is booked for now', { atMs: NOW_MS }, { lane: 'normal' }, false],
    ['one is booked for now and this is urgent', { atMs: NOW_MS }, { lane: 'urgent' }, false],
    ['one waits', { atMs: inAMinute }, { lane: 'normal' }, false],
    ['one waits and something is marked', { atMs: inAMinute }, { lane: 'normal', reason: 'marks' }, false],
    ['one waits and this is urgent', { atMs: inAMinute }, { lane: 'urgent' }, true],
    ['one waits five seconds and this is urgent', { atMs: NOW_MS + 5_000 }, { lane: 'urgent' }, false],
    ['one waits longer than that and this is urgent', { atMs: NOW_MS + 5_001 }, { lane: 'urgent' }, true],
    ['one is twenty seconds overdue', { atMs: NOW_MS - 20_000 }, { lane: 'normal' }, false],
    ['one is longer overdue and may be lost', { atMs: NOW_MS - 20_001 }, { lane: 'normal' }, true],
    ['one is for what fails', { atMs: inAMinute, reason: 'failing' }, { lane: 'normal' }, false],
    [
      'one is for what fails and something is marked',
      { atMs: inAMinute, reason: 'failing' },
      { lane: 'normal', reason: 'marks' },
      true,
    ],
    [
      'one is for what fails, in five seconds, and something is marked',
      { atMs: NOW_MS + 5_000, reason: 'failing' },
      { lane: 'normal', reason: 'marks' },
      false,
    ],
  ])('when %s', async (_state, earlier, wanted, expected) => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const usual = { lane: 'normal', reason: 'rest' } as const;
    if (earlier !== undefined)
      await store.bookRun(organization, { ...usual, ...earlier, nowMs: earlier.atMs });
    const run: WantedRun = { ...usual, atMs: NOW_MS, nowMs: NOW_MS, ...wanted };
    expect((await store.bookRun(organization, run)) !== undefined).toBe(expected);
    expect(await store.bookRun(organization, run)).toBeUndefined();
  });

  it.each([
    ['for later than a day', NOW_MS + 86_400_001, true],
    ['for a day later', NOW_MS + 86_400_000, false],
    ['for no time at all', 'soon', true],
  ])('that somebody edited %s stands in the way of others: not %p', async (_how, atMs, isBooked) => {
    const store = createChangeStore(storage());
    const organization = newName('edited');
    const table = await storage().table('changes');
    await table.createEntity({ partitionKey: organization, rowKey: 'booking', atMs, id: 'edited' });
    const wanted = { lane: 'normal', atMs: NOW_MS, nowMs: NOW_MS, reason: 'rest' } as const;
    expect((await store.bookRun(organization, wanted)) !== undefined).toBe(isBooked);
    expect(await store.takeBooking(organization, 'other', NOW_MS)).toBe(false);
  });

  it('lets one of many callers send the message (incident 11)', async () => {
    const organization = newName('acme');
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () =>
        createChangeStore(storage()).bookRun(organization, {
          lane: 'normal',
          atMs: NOW_MS,
          nowMs: NOW_MS,
          reason: 'rest',
        }),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('is open again once the booking was taken, also when it is taken twice', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const booking = await store.bookRun(organization, {
      lane: 'normal',
      atMs: NOW_MS,
      nowMs: NOW_MS,
      reason: 'rest',
    });
    expect(await store.takeBooking(organization, booking, NOW_MS)).toBe(true);
    expect(await store.takeBooking(organization, booking, NOW_MS)).toBe(true);
    expect(
      await store.bookRun(organization, { lane: 'normal', atMs: NOW_MS, nowMs: NOW_MS, reason: 'rest' }),
    ).toEqual(expect.any(String));
  });

  it.each<[string, (own: string | undefined) => string | undefined, number, boolean]>([
    ['the booked message', (own) => own, NOW_MS, true],
    ['a message without a booking, as earlier versions sent them,', () => undefined, NOW_MS, true],
    ['a message that was replaced', () => 'earlier', NOW_MS + 20_000, false],
    ['a message that was replaced by one that seems lost', () => 'earlier', NOW_MS + 20_001, true],
  ])('is taken by %s', async (_message, bookingOf, nowMs, expected) => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const own = await store.bookRun(organization, {
      lane: 'normal',
      atMs: NOW_MS,
      nowMs: NOW_MS,
      reason: 'rest',
    });
    expect(await store.takeBooking(organization, bookingOf(own), nowMs)).toBe(expected);
    expect(
      (await store.bookRun(organization, { lane: 'normal', atMs: NOW_MS, nowMs: NOW_MS, reason: 'rest' })) !==
        undefined,
    ).toBe(expected);
  });
});

describe('a booking whose messages come late', () => {
  it.each([25, 35, 65, 95])('by %i seconds is taken by the first of them, and by no other', async (lateS) => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const messages = new Map<number, string | undefined>();
    let takenS: number | undefined;
    for (let s = 0; s <= 120 && takenS === undefined; s += 5) {
      const nowMs = NOW_MS + s * 1_000;
      const wanted = { lane: 'normal', atMs: nowMs, nowMs, reason: 'rest' } as const;
      if (s % 30 === 0) messages.set(s + lateS, await store.bookRun(organization, wanted));
      const message = messages.get(s);
      if (message !== undefined && (await store.takeBooking(organization, message, nowMs))) takenS = s;
    }
    expect(takenS).toBe(lateS);
    const nowMs = NOW_MS + lateS * 1_000;
    for (const [, message] of [...messages].filter(([atS]) => atS > lateS))
      expect(await store.takeBooking(organization, message, nowMs)).toBe(false);
    const next = await store.bookRun(organization, { lane: 'normal', atMs: nowMs, nowMs, reason: 'rest' });
    expect(await store.takeBooking(organization, next, nowMs)).toBe(true);
  });
});

describe('work', () => {
  it('is there while something is marked or a call is open; bookings and fences are none', async () => {
    const store = createChangeStore(storage());
    const organization = newName('work');
    const seen: boolean[] = [await store.hasWork(organization)];
    await store.bookRun(organization, { lane: 'normal', atMs: NOW_MS, nowMs: NOW_MS, reason: 'rest' });
    const fence = await store.takeFence(organization);
    seen.push(await store.hasWork(organization));
    await store.mark(aSubject(organization), 'normal', NOW_MS);
    seen.push(await store.hasWork(organization));
    const [mark] = await store.listMarks(organization, 1);
    if (mark !== undefined) await store.clearMark(mark);
    seen.push(await store.hasWork(organization));
    await store.begin(organization, fence, anAttempt('1'));
    seen.push(await store.hasWork(organization));
    await store.end(organization, fence, '1');
    seen.push(await store.hasWork(organization));
    expect(seen).toEqual([false, false, true, false, true, false]);
  });
});

describe('the fence', () => {
  it('grows with every writer, also when two take it at once', async () => {
    const organization = newName('acme');
    const fences = await Promise.all(
      Array.from({ length: 4 }, async () => createChangeStore(storage()).takeFence(organization)),
    );
    expect(new Set(fences.map(({ token }) => token))).toEqual(new Set([1, 2, 3, 4]));
  });

  it('lets its writer begin call after call', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const fence = await store.takeFence(organization);
    await store.begin(organization, fence, anAttempt('1'));
    await store.begin(organization, fence, anAttempt('2'));
    expect((await store.listAttempts(organization)).map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('keeps a writer that was replaced from beginning a call, and stores nothing of it (incident 8)', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const replaced = await store.takeFence(organization);
    const present = await store.takeFence(organization);
    const error = await errorOf(async () => store.begin(organization, replaced, anAttempt('1')));
    expect(error.code).toBe('lease-lost');
    expect(await store.listAttempts(organization)).toEqual([]);
    await store.begin(organization, present, anAttempt('2'));
    expect(await store.listAttempts(organization)).toHaveLength(1);
  });

  it('keeps a writer that was replaced from ending the call it began, so that the present one settles it', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const replaced = await store.takeFence(organization);
    await store.begin(organization, replaced, anAttempt('1'));
    const present = await store.takeFence(organization);
    const error = await errorOf(async () => store.end(organization, replaced, '1'));
    expect(error.code).toBe('lease-lost');
    expect(await store.listAttempts(organization)).toHaveLength(1);
    await store.end(organization, present, '1');
    expect(await store.listAttempts(organization)).toEqual([]);
  });

  it('is still its own for a writer whose answer was lost: the change is made once', async () => {
    const organization = newName('acme');
    const store = createChangeStore(lossy(storage()));
    const fence = await store.takeFence(organization);
    await store.begin(organization, fence, anAttempt('1'));
    await store.begin(organization, fence, anAttempt('2'));
    await store.end(organization, fence, '1');
    expect((await store.listAttempts(organization)).map(({ id }) => id)).toEqual(['2']);
  });
});

/** Storage whose answers to transactions get lost, so that each is sent again, as the library does. */
function lossy(account: StorageAccount): StorageAccount {
  return {
    ...account,
    table: async (name) => {
      const table = await account.table(name);
      return new Proxy(table, {
        get: (target, key) => {
          const member: unknown = Reflect.get(target, key, target);
          if (key !== 'submitTransaction' || typeof member !== 'function')
            return typeof member === 'function' ? (member.bind(target) as unknown) : member;
          return async (...args: unknown[]) => {
            await Reflect.apply(member, target, args);
            return Reflect.apply(member, target, args) as unknown;
          };
        },
      });
    },
  };
}

describe('attempts', () => {
  const rule: Attempt = {
    kind: 'create-rule',
    id: '2',
    subjectKey: 'k',
    name: 'n',
    description: 'd',
    contentHash: 'c',
    startedAtMs: 2,
  };

  it('are read back as they were begun, until they end', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const fence = await store.takeFence(organization);
    await store.begin(organization, fence, anAttempt('1'));
    await store.begin(organization, fence, rule);
    expect(await store.listAttempts(organization)).toEqual([anAttempt('1'), rule]);
    const asked = { ...anAttempt('1'), askedAtMs: 3 };
    await store.replace(organization, fence, asked);
    expect(await store.listAttempts(organization)).toEqual([asked, rule]);
    await store.end(organization, fence, '1');
    await store.end(organization, fence, '1');
    await store.replace(organization, fence, asked);
    expect(await store.listAttempts(organization)).toEqual([rule]);
  });

  it('are read back as they were replaced, where no other writer took over', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const fence = await store.takeFence(organization);
    const attempt = anAttempt('1');
    await store.begin(organization, fence, attempt);
    const seen = { ...attempt, add: [{ personKey: 'p', memberId: 'm', seen: true }] };
    await store.replace(organization, fence, seen);
    expect(await store.listAttempts(organization)).toEqual([seen]);
    await store.takeFence(organization);
    expect((await errorOf(async () => store.replace(organization, fence, attempt))).code).toBe('lease-lost');
    expect(await store.listAttempts(organization)).toEqual([seen]);
  });

  it('say beside what cannot be read whose they are', async () => {
    const store = createChangeStore(storage());
    const organization = newName('acme');
    const fence = await store.takeFence(organization);
    const people = Array.from({ length: 1_000 }, (_, index) => personKey(String(index)));
    const [added = '', ...removed] = people;
    await store.begin(organization, fence, {
      ...anAttempt('1'),
      add: [{ personKey: added, memberId: 'm' }],
      remove: removed.map((key) => ({ personKey: key, memberId: 'm' })),
    });
    await store.begin(organization, fence, rule);
    const table = await storage().table('changes');
    for (const { id } of await store.listAttempts(organization))
      await table.updateEntity({ partitionKey: organization, rowKey: `a:${id}`, json0: '{' }, 'Merge');
    const [first, second] = await store.listAttempts(organization);
    expect(first).toMatchObject({
      kind: 'unreadable',
      about: {
        kind: 'membership',
        groupId: 'g',
        startedAtMs: NOW_MS,
        added: new Set([digestOfPerson(added)]),
        removed: new Set(removed.map(digestOfPerson)),
      },
    });
    expect(second).toEqual({ kind: 'unreadable', id: '2', about: { kind: 'create-rule', subjectKey: 'k' } });
  });

  it('that cannot be read keep no other back, and are not forgotten: there is work until they are settled', async () => {
    const organization = newName('acme');
    const table = await storage().table('changes');
    await table.createEntity({ partitionKey: organization, rowKey: 'a:1', json0: '{}' });
    const store = createChangeStore(storage());
    const fence = await store.takeFence(organization);
    await store.begin(organization, fence, anAttempt('2'));
    expect(await store.listAttempts(organization)).toEqual([{ kind: 'unreadable', id: '1' }, anAttempt('2')]);
    await store.end(organization, fence, '2');
    expect(await store.hasWork(organization)).toBe(true);
  });
});
