import { randomUUID } from 'node:crypto';
import { GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import { proposedPlan } from '../../shared/domain/desk/proposed-plan';
import { personKey } from '../../shared/domain/person-key';
import { createProposedPlans } from '../../shared/storage/desk/proposed-plans';
import { createUploadedPeople } from '../../shared/storage/desk/uploaded-people';
import type { ConsoleStack } from '../fixtures/console-stack';
import type { Fields } from '../fixtures/console-visit';
import {
  objectIdOf,
  OPERATOR,
  OTHER_ORGANIZATION,
  OTHERS_OPERATOR,
  principalHeaders,
  READER,
} from '../fixtures/easy-auth';
import { keyHolder } from '../fixtures/key-holder';
import { send, type Answer } from '../integration/stack/calls';
import { attacksOn } from './attack';
import type { Control } from './control';
import type { Target } from './target';

const by = keyHolder('Paul Plan');

/** A plan that somebody decided and that waits for whoever goes on; returns its hash. */
async function beginPlan(
  { storage }: Pick<ConsoleStack, 'storage'>,
  about: Readonly<{ email?: string; memberId?: string }> = {},
  organization: string = ORGANIZATION,
): Promise<string> {
  const { email = `${randomUUID()}@acme.example`, memberId = randomUUID() } = about;
  const change = {
    change: 'add-reason',
    at: GROUPS.developers,
    groupId: '6f1c1a52-0000-4000-8000-000000000001',
    personKey: personKey(email),
    memberId,
    why: ['nothing explains the membership'],
  } as const;
  const asked = { owner: 'Olga', ticket: randomUUID() };
  const atMs = Date.now() - 60_000;
  const plan = proposedPlan(
    { organization, kind: 'adopt', asked, policyHash: 'ab' },
    { changes: [change], leftOut: [], facts: [], guards: [], notes: [] },
    { by, atMs },
  );
  const decision = { by, reason: 'agreed', atMs, done: 1, notMade: 0 };
  await createProposedPlans(storage).propose(organization, { ...plan, state: 'begun', decision });
  return plan.hash;
}

const post = async (stack: ConsoleStack, path: string, who: Fields, said: Fields): Promise<Answer> => {
  const body = JSON.stringify(said);
  return send(`${stack.host().url}/api/operator/${path}`, {
    method: 'POST',
    pieces: [body],
    headers: { 'content-type': 'application/json', 'content-length': `${body.length}`, ...who },
  });
};

const isApplied = async (stack: ConsoleStack, hash: string, organization = ORGANIZATION): Promise<boolean> =>
  (await createProposedPlans(stack.storage).list(organization)).some(
    (plan) => plan.hash === hash && plan.state === 'done',
  );

type Tried = Readonly<{
  who: Fields;
  about?: Parameters<typeof beginPlan>[1];
  /** Whose plan it is. */
  of?: string;
  said?: Fields;
}>;

async function applies(
  target: Target,
  { who, about, of, said = { reason: 'agreed' } }: Tried,
): Promise<boolean> {
  const stack = await target.platform();
  const hash = await beginPlan(stack, about, of);
  const ids = [hash, `..%2f..%2f${of ?? ORGANIZATION}%2fproposed-plans%2f${hash}`];
  for (const id of ids) await post(stack, `${ORGANIZATION}/proposed-plans/${id}`, who, said);
  return isApplied(stack, hash, of);
}

const control: Control = {
  id: 'an operator who applies a plan',
  says: 'An operator whom the platform signed in carries out a plan by its hash',
  works: async (target) => applies(target, { who: principalHeaders(OPERATOR) }),
};

/** Whoever has a plan made or applied and may not. */
export const proposedPlanAttacks = attacksOn('console', control, [
  {
    id: 'plan-applied-by-a-reader',
    tries: 'Somebody who may only look applies a plan, and has one made',
    must: 'Nothing is done, and no plan is stored',
    run: async (target) => {
      const who = principalHeaders(READER);
      if (await applies(target, { who })) return true;
      const stack = await target.platform();
      const { status } = await post(stack, `${ORGANIZATION}/proposed-plans/adopt`, who, {
        owner: 'Olga',
        ticket: 'GOV-1',
      });
      // Others try theirs at the same time.
      const stored = await createProposedPlans(stack.storage).list(ORGANIZATION);
      return (
        status === 200 ||
        stored.some(({ by: asker }) => asker.kind === 'person' && asker.objectId === objectIdOf(READER))
      );
    },
  },
  {
    id: 'file-of-people-uploaded-by-a-reader',
    tries:
      'Somebody who may only look, a stranger, and an operator of another organization upload people to be hired',
    must: 'Nothing is kept',
    run: async (target) => {
      const stack = await target.platform();
      const workers = [{ line: 2, email: `${randomUUID()}@acme.example`, attributes: {} }];
      const tried = [READER, 'eve@acme.example', OTHERS_OPERATOR].map((name) => principalHeaders(name));
      for (const who of [...tried, {}]) {
        const body = JSON.stringify({ workers });
        const { status } = await send(`${stack.host().url}/api/operator/${ORGANIZATION}/uploads/people`, {
          method: 'POST',
          pieces: [body],
          headers: { 'content-type': 'application/json', 'content-length': `${body.length}`, ...who },
        });
        if (status === 200) return true;
      }
      return (await createUploadedPeople(stack.storage).count(ORGANIZATION)) > 0;
    },
  },
  {
    id: 'plan-applied-by-a-stranger',
    tries:
      'Somebody whom the policy does not name applies a plan, without a sign-in and with a function key too',
    must: 'Nothing is done',
    run: async (target) => {
      const { functionKey } = (await target.platform()).host();
      const tried: readonly Fields[] = [
        principalHeaders('eve@acme.example'),
        principalHeaders(OTHERS_OPERATOR),
        {},
        { 'x-functions-key': functionKey },
      ];
      for (const who of tried) if (await applies(target, { who })) return true;
      return false;
    },
  },
  {
    id: 'plan-applied-about-oneself',
    tries: 'An operator applies a plan about their own address, and one about their own account',
    must: 'Nothing is done',
    run: async (target) => {
      const who = principalHeaders(OPERATOR);
      return (
        (await applies(target, { who, about: { email: OPERATOR } })) ||
        applies(target, { who, about: { memberId: objectIdOf(OPERATOR).toUpperCase() } })
      );
    },
  },
  {
    id: 'plan-applied-elsewhere',
    tries: 'An operator applies a plan of another organization by its hash in the address of their own',
    must: 'Nothing is done',
    run: async (target) => applies(target, { who: principalHeaders(OPERATOR), of: OTHER_ORGANIZATION }),
  },
  {
    id: 'plan-applied-without-a-reason',
    tries: 'An operator applies a plan without saying why, and from a page',
    must: 'Nothing is done',
    run: async (target) => {
      const who = principalHeaders(OPERATOR);
      return (
        (await applies(target, { who, said: { reason: ' ' } })) ||
        applies(target, { who: { ...who, 'sec-fetch-site': 'cross-site' } })
      );
    },
  },
]);
