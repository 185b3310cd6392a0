import { ORGANIZATION } from '../../sandbox/demo-organization';
import { readPause } from '../../shared/access/ledger/organization/pause-of-organization';
import { idOfPause } from '../../shared/domain/pause';
import { createPauses } from '../../shared/storage/desk/pauses';
import { createLedgerStore } from '../../shared/storage/ledger';
import type { ConsoleStack } from '../fixtures/console-stack';
import { tokenIn, visit, type Fields } from '../fixtures/console-visit';
import { OPERATOR, OTHERS_OPERATOR, principalHeaders, READER } from '../fixtures/easy-auth';
import { send } from '../integration/stack/calls';
import { attacksOn } from './attack';
import type { Control } from './control';

const TODAY = `/${ORGANIZATION}/today`;
const OLGA = principalHeaders(OPERATOR);
const WHY = 'an attack';
const NOBODYS = 'f'.repeat(32);

const visitTo = (stack: ConsoleStack) => visit(stack, () => ({}));

/** The id of the pause that is in force. */
async function pauseIn({ storage }: ConsoleStack): Promise<string | undefined> {
  const places = { ledger: createLedgerStore(storage), pauses: createPauses(storage) };
  const found = await readPause(places, ORGANIZATION, Date.now());
  return found === undefined || found.isLost ? undefined : idOfPause(found.pause);
}

async function tokenOf(stack: ConsoleStack, who: Fields): Promise<string> {
  return tokenIn(await visitTo(stack).open(TODAY, who));
}

/** Posts a form of the page, with the token of whoever is named. */
async function post(
  stack: ConsoleStack,
  what: 'pause' | 'resume',
  fields: Fields,
  who: Fields,
  tokensOf = who,
): Promise<void> {
  const token = await tokenOf(stack, tokensOf);
  await visitTo(stack).post(`${TODAY}/${what}`, { token, reason: WHY, ...fields }, who);
}

/** Ends what is in force, whoever began it. */
async function end(stack: ConsoleStack): Promise<void> {
  const pause = await pauseIn(stack);
  if (pause !== undefined) await post(stack, 'resume', { pause }, OLGA);
}

/** Whether the organization is paused by what `attempt` does. */
async function pauses(stack: ConsoleStack, attempt: () => Promise<unknown>): Promise<boolean> {
  await end(stack);
  await attempt();
  const isPaused = (await pauseIn(stack)) !== undefined;
  await end(stack);
  return isPaused;
}

/** Whether a pause of an operator is ended by what `attempt` does. */
async function resumes(stack: ConsoleStack, attempt: (pause: string) => Promise<unknown>): Promise<boolean> {
  await end(stack);
  await post(stack, 'pause', {}, OLGA);
  const pause = await pauseIn(stack);
  if (pause === undefined) throw new Error('Nothing is paused');
  await attempt(pause);
  const isOver = (await pauseIn(stack)) === undefined;
  await end(stack);
  return isOver;
}

const pauseControl: Control = {
  id: 'an operator who pauses',
  says: 'An operator whom the platform signed in pauses the organization, and ends that pause',
  works: async (target) => {
    const stack = await target.platform();
    return (
      (await pauses(stack, async () => post(stack, 'pause', {}, OLGA))) &&
      resumes(stack, async (pause) => post(stack, 'resume', { pause }, OLGA))
    );
  },
};

const OTHERS: ReadonlyArray<readonly [string, Fields]> = [
  ['a person of the tenant whom the policy does not name', principalHeaders('eve@acme.example')],
  ['a person who may only look', principalHeaders(READER)],
  ['an operator of another organization', principalHeaders(OTHERS_OPERATOR)],
  ['nobody', {}],
];

const asOperator = async (stack: ConsoleStack, what: string, headers: Fields, body: object) => {
  const json = JSON.stringify(body);
  return send(`${stack.host().url}/api/operator${TODAY}/${what}`, {
    method: 'POST',
    pieces: [json],
    headers: { 'content-type': 'application/json', 'content-length': `${json.length}`, ...headers },
  });
};

/** Whoever stops the changes of an organization, or lets them go on, and may not. */
export const pauseAttacks = attacksOn('console', pauseControl, [
  {
    id: 'pause-of-a-stranger',
    alone: true,
    tries: `Pauses by the page and by the way of the command line, as ${OTHERS.map(([who]) => who).join(', ')}`,
    must: 'Nothing is paused, with their token or that of an operator',
    run: async (target) => {
      const stack = await target.platform();
      for (const [, who] of OTHERS)
        if (
          (await pauses(stack, async () => post(stack, 'pause', {}, who))) ||
          (await pauses(stack, async () => post(stack, 'pause', {}, who, OLGA))) ||
          (await pauses(stack, async () => asOperator(stack, 'pause', who, { reason: WHY })))
        )
          return true;
      return false;
    },
  },
  {
    id: 'pause-ended-by-a-stranger',
    alone: true,
    tries: 'Ends the pause of an operator by its id, as the same',
    must: 'It stays paused',
    run: async (target) => {
      const stack = await target.platform();
      for (const [, who] of OTHERS)
        if (
          (await resumes(stack, async (pause) => post(stack, 'resume', { pause }, who, OLGA))) ||
          (await resumes(stack, async (pause) => asOperator(stack, 'resume', who, { reason: WHY, pause })))
        )
          return true;
      return false;
    },
  },
  {
    id: 'pause-by-a-page-elsewhere',
    alone: true,
    tries:
      'Has the browser of an operator pause and resume from another site, without a token, and with one of another visitor',
    must: 'Nothing is paused or resumed',
    run: async (target) => {
      const stack = await target.platform();
      const elsewhere = { ...OLGA, 'sec-fetch-site': 'cross-site' };
      const tokens = ['', 'x', await tokenOf(stack, principalHeaders(READER))];
      for (const token of tokens)
        if (
          (await pauses(stack, async () =>
            visitTo(stack).post(`${TODAY}/pause`, { token, reason: WHY }, OLGA),
          )) ||
          (await resumes(stack, async (pause) =>
            visitTo(stack).post(`${TODAY}/resume`, { token, reason: WHY, pause }, OLGA),
          ))
        )
          return true;
      return (
        (await pauses(stack, async () => post(stack, 'pause', {}, elsewhere, OLGA))) ||
        (await pauses(stack, async () => asOperator(stack, 'pause', elsewhere, { reason: WHY })))
      );
    },
  },
  {
    id: 'pause-ended-by-an-old-request',
    alone: true,
    tries:
      'Sends what ended an earlier pause once more, an id that was made up, and one that is a word of the language',
    must: 'The later pause stays',
    run: async (target) => {
      const stack = await target.platform();
      await end(stack);
      await post(stack, 'pause', {}, OLGA);
      const earlier = (await pauseIn(stack)) ?? '';
      await post(stack, 'resume', { pause: earlier }, OLGA);
      for (const pause of [earlier, NOBODYS, '', '__proto__', 'undefined'])
        if (await resumes(stack, async () => post(stack, 'resume', { pause }, OLGA))) return true;
      return false;
    },
  },
  {
    id: 'pause-without-a-reason-or-end',
    alone: true,
    tries:
      'Pauses without a reason, with a very long one, and with ends that are over, in no zone, or no time',
    must: 'Nothing is paused',
    run: async (target) => {
      const stack = await target.platform();
      const said: readonly Fields[] = [
        { reason: ' ' },
        { reason: 'x'.repeat(501) },
        { until: '2001-01-01T00:00:00Z' },
        { until: '2099-01-01T00:00:00Z' },
        { until: '2030-01-01T00:00:00' },
        { until: 'Infinity' },
      ];
      for (const fields of said)
        if (await pauses(stack, async () => post(stack, 'pause', fields, OLGA))) return true;
      return false;
    },
  },
  {
    id: 'pause-taken-out-of-storage',
    alone: true,
    tries: "Edits the organization's record so that it says nothing of the pause",
    must: 'It stays paused',
    run: async (target) => {
      const stack = await target.platform();
      const table = await stack.storage.table('ledger');
      const place = [`${ORGANIZATION}:organization:organization`, 'state'] as const;
      return resumes(stack, async () => {
        const { json0 } = await table.getEntity(...place);
        const [partitionKey, rowKey] = place;
        const { paused: _out, ...without } = JSON.parse(String(json0)) as Record<string, unknown>;
        await table.updateEntity({ partitionKey, rowKey, json0: JSON.stringify(without) }, 'Merge');
        const isOver = (await pauseIn(stack)) === undefined;
        await table.updateEntity({ partitionKey, rowKey, json0 }, 'Merge');
        if (isOver) await end(stack);
      });
    },
  },
]);
