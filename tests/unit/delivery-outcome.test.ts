import { describe, expect, it } from '@jest/globals';
import {
  EXIT_CODES,
  outcomeOf,
  waitForOutcome,
  type DeliveryOutcome,
  type SeenDelivery,
  type SentAbout,
} from '../../sandbox/delivery-outcome';

const HR: SentAbout = { feed: 'hr', source: 'standard', person: 'Ana@acme.example', sentAtMs: 0 };
const TICKET: SentAbout = { ...HR, feed: 'tickets', requestId: 'REQ-1' };
const NOTHING: SeenDelivery = {
  isDone: false,
  refused: undefined,
  request: undefined,
  person: undefined,
  failing: [],
};
const person = (more: Partial<NonNullable<SeenDelivery['person']>> = {}): Pick<SeenDelivery, 'person'> => ({
  person: {
    recorded: 'recorded',
    isFound: true,
    want: ['Users'],
    have: ['Users'],
    nextChangeAtMs: undefined,
    hasLeft: false,
    held: [],
    ...more,
  },
});
const request = (
  state: NonNullable<SeenDelivery['request']>['state'],
  more: Partial<NonNullable<SeenDelivery['request']>> = {},
): Pick<SeenDelivery, 'request'> => ({
  request: {
    requestId: 'REQ-1',
    state,
    refusal: undefined,
    explanation: undefined,
    group: 'Users',
    validFrom: undefined,
    words: state,
    ...more,
  },
});

describe('what became of a delivery', () => {
  it.each<[string, SentAbout, Partial<SeenDelivery>, DeliveryOutcome['state'], string]>([
    ['nothing is known', HR, {}, 'pending', 'not on record yet'],
    ['somebody is known, and not by it', HR, person({ recorded: undefined }), 'pending', 'not on record yet'],
    ['it was done and left no trace', HR, { isDone: true }, 'unchanged', 'said before'],
    ['it is ignored', { ...HR, isIgnored: true }, {}, 'unchanged', 'is ignored'],
    ['it is stale', HR, person({ recorded: 'stale' }), 'unchanged', 'changes nothing (stale)'],
    ['all is as it is to be', HR, person(), 'applied', 'ana@acme.example is in Users'],
    [
      'the organization is in observe',
      HR,
      person({ have: [], would: ['would add Users'] }),
      'waiting',
      'in observe, and nothing is written: would add Users',
    ],
    [
      'a request is of an organization in observe',
      TICKET,
      request('observed', { explanation: 'It would be applied' }),
      'waiting',
      'It would be applied',
    ],
    [
      'they left',
      HR,
      person({ want: [], have: [], hasLeft: true, nextChangeAtMs: 5 }),
      'applied',
      'in no group',
    ],
    [
      'they begin later',
      HR,
      person({ want: [], have: [], nextChangeAtMs: 86_400_000 }),
      'waiting',
      'due at 1970-01-02',
    ],
    ['a group is to be given', HR, person({ have: [] }), 'pending', 'Users to be given'],
    ['a group is to be taken', HR, person({ want: [] }), 'pending', 'Users to be taken'],
    [
      'UiPath knows nobody',
      HR,
      person({ have: [], isFound: false }),
      'waiting',
      'does not know the address yet',
    ],
    ['a guard holds it', HR, person({ want: [], held: ['Users'] }), 'held', 'holds the removal from Users'],
    [
      'something fails',
      HR,
      { ...person({ have: [] }), failing: [{ name: 'Users', code: 'uipath-unreachable', nextTryMs: 0 }] },
      'pending',
      'tried again: Users: uipath-unreachable',
    ],
    [
      'it is dead',
      HR,
      { refused: { code: 'body-invalid', fields: [{ field: 'worker', problem: 'Is missing' }] } },
      'refused',
      'cannot be used: body-invalid; worker: Is missing',
    ],
    ['no request is there', TICKET, person(), 'pending', 'not on record yet'],
    [
      'the policy refuses it',
      TICKET,
      request('refused', { refusal: 'approvals-missing', explanation: 'Have it approved' }),
      'refused',
      'REQ-1 is refused: approvals-missing. Have it approved',
    ],
    [
      'it is applied',
      TICKET,
      { ...request('applied'), ...person() },
      'applied',
      'REQ-1 is applied: ana@acme.example is in Users',
    ],
    [
      'it is on its way',
      TICKET,
      { ...request('pending'), ...person({ have: [] }) },
      'pending',
      'Users to be given',
    ],
    [
      'its end is held',
      TICKET,
      { ...request('ending'), ...person({ want: [], held: ['Users'] }) },
      'held',
      'Users',
    ],
    [
      'it begins later',
      TICKET,
      request('waiting', { validFrom: '2027-01-01T00:00:00.000Z' }),
      'waiting',
      'begins at 2027',
    ],
    [
      'it is blocked',
      TICKET,
      { ...request('blocked'), ...person({ isFound: false }) },
      'waiting',
      'UiPath does not know the address',
    ],
    ['it is over', TICKET, request('ended'), 'applied', 'is over'],
  ])('where %s', (_case, about, seen, state, words) => {
    const outcome = outcomeOf(about, { ...NOTHING, ...seen });
    expect(outcome.state).toBe(state);
    expect(outcome.words).toContain(words);
  });

  it('has an exit code of its own for each kind of end', () => {
    expect(EXIT_CODES).toEqual({ applied: 0, unchanged: 0, refused: 1, waiting: 3, held: 3, pending: 4 });
  });
});

describe('waiting for it', () => {
  const outcome = (state: DeliveryOutcome['state'], words = ''): DeliveryOutcome => ({
    state,
    words,
    groups: [],
  });
  const never = new Promise<void>(() => undefined);
  const at = async (): Promise<void> => undefined;

  it('ends with the first that is settled, over looks that fail', async () => {
    const looks = [outcome('pending'), new Error('busy'), outcome('held'), outcome('applied')];
    let looked = 0;
    const look = async (): Promise<DeliveryOutcome> => {
      const next = looks[looked++];
      if (next instanceof Error || next === undefined) throw next ?? new Error('none');
      return next;
    };
    expect(await waitForOutcome(look, { expired: never, sleep: at })).toEqual(outcome('held'));
    expect(looked).toBe(3);
  });

  it('ends in time where it never settles, with what is known', async () => {
    let expire = (): void => undefined;
    const expired = new Promise<void>((resolve) => {
      expire = resolve;
    });
    let looked = 0;
    const look = async (): Promise<DeliveryOutcome> => {
      looked += 1;
      if (looked === 5) expire();
      return outcome('pending', `look ${looked}`);
    };
    const last = await waitForOutcome(look, { expired, sleep: async () => new Promise(setImmediate) });
    expect(last.words).toMatch(/^look [4-6]$/);
  });

  it('ends in time where a look hangs', async () => {
    const last = await waitForOutcome(async () => new Promise<never>(() => undefined), {
      expired: new Promise(setImmediate),
      sleep: at,
    });
    expect(last.state).toBe('pending');
    expect(last.words).toContain('could not be seen');
  });
});
