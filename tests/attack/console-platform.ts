import { ORGANIZATION } from '../../sandbox/demo-organization';
import { createSession, deriveConsoleKeys } from '../../shared/console/session-and-form-tokens';
import { createFindingStore } from '../../shared/storage/findings';
import { finding } from '../fixtures/audit-reports';
import type { ConsoleStack } from '../fixtures/console-stack';
import { tokenIn, visit, type Fields } from '../fixtures/console-visit';
import {
  CHIEF,
  objectIdOf,
  OPERATOR,
  OTHER_ORGANIZATION,
  OTHERS_OPERATOR,
  principalHeaders,
  READER,
} from '../fixtures/easy-auth';
import { send } from '../integration/stack/calls';
import { attacksOn } from './attack';
import type { Control } from './control';
import { holdRemoval, isReleased, releases, SURE } from './held-plan';
import type { Target } from './target';

const PLANS = `/${ORGANIZATION}/plans`;
const visitTo = (stack: ConsoleStack) => visit(stack, () => ({}));

async function tokenOf(stack: ConsoleStack, who: Fields, path = PLANS): Promise<string> {
  return tokenIn(await visitTo(stack).open(path, who));
}

/** Whether somebody with these headers releases a plan, with the token of a page that they see. */
async function releasesAs({ platform }: Target, who: Fields, token?: Fields): Promise<boolean> {
  const stack = await platform();
  const said = await tokenOf(stack, token ?? who);
  return releases(stack, async (path) => visitTo(stack).post(path, { token: said, ...SURE }, who));
}

const operatorControl: Control = {
  id: 'an operator whom the platform signed in',
  says: 'An operator whom the platform signed in releases a plan',
  works: async (target) => releasesAs(target, principalHeaders(OPERATOR)),
};

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const elsewhere = '72f988bf-0000-4000-8000-000000000002';

const identities = attacksOn('console', operatorControl, [
  ...(
    [
      [
        'of-another-tenant',
        'A person of another tenant with the name of an operator',
        principalHeaders(OPERATOR, objectIdOf(OPERATOR), { tenantId: elsewhere }),
      ],
      [
        'of-another-provider',
        'A person whom another provider signed in with the name of an operator',
        principalHeaders(OPERATOR, objectIdOf(OPERATOR), { provider: 'google' }),
      ],
      [
        'of-a-stranger',
        'A person of the tenant whom the policy does not name',
        principalHeaders('eve@acme.example'),
      ],
      [
        'of-a-look-alike',
        'A person whose name contains that of an operator',
        principalHeaders(`${OPERATOR}.evil.example`),
      ],
      [
        'of-several-names',
        'A person whose name is a list of names',
        principalHeaders(`${READER}, ${OPERATOR}`),
      ],
      ['of-a-reader', 'A person who may only look', principalHeaders(READER)],
    ] as const
  ).map(([id, tries, who]) => ({
    id: `principal-${id}`,
    tries,
    must: 'Nothing is released, with their token or that of an operator',
    run: async (target: Target) =>
      (await releasesAs(target, who)) || releasesAs(target, who, principalHeaders(OPERATOR)),
  })),
  {
    id: 'principal-without-a-sign-in',
    tries: 'Sends a name and an id, and no claims that the platform made',
    must: 'Nothing is released',
    run: async (target) => {
      const { 'x-ms-client-principal': _, ...rest } = principalHeaders(OPERATOR);
      return releasesAs(target, rest, principalHeaders(OPERATOR));
    },
  },
  {
    id: 'principal-of-two-people',
    tries: 'Sends claims of two object ids and of two tenants',
    must: 'Nothing is released',
    run: async (target) => {
      const { 'x-ms-client-principal': whole = '', ...rest } = principalHeaders(OPERATOR);
      const said = JSON.parse(Buffer.from(whole, 'base64').toString()) as { claims: object[] };
      for (const more of [
        { typ: 'oid', val: elsewhere },
        { typ: 'tid', val: elsewhere },
      ]) {
        const who = {
          ...rest,
          'x-ms-client-principal': encoded({ ...said, claims: [...said.claims, more] }),
        };
        if (await releasesAs(target, who, principalHeaders(OPERATOR))) return true;
      }
      return false;
    },
  },
  {
    id: 'principal-of-odd-claims',
    tries: 'Sends claims that are no list, no text, or members of the prototype',
    must: 'Nothing is released',
    run: async (target) => {
      const { 'x-ms-client-principal': _, ...rest } = principalHeaders(OPERATOR);
      for (const odd of [
        null,
        [],
        { auth_typ: 'aad', claims: { typ: 'oid' } },
        { __proto__: { auth_typ: 'aad' } },
        'x',
      ])
        if (
          await releasesAs(
            target,
            { ...rest, 'x-ms-client-principal': encoded(odd) },
            principalHeaders(OPERATOR),
          )
        )
          return true;
      return false;
    },
  },
  {
    id: 'session-where-the-platform-signs-in',
    tries: "Shows a session that the console's own key signed, where the platform signs people in",
    must: 'No page opens',
    run: async (target) => {
      const stack = await target.platform();
      const keys = deriveConsoleKeys({ current: stack.consoleKey });
      const cookie = `access-console=${createSession(keys, OPERATOR, Date.now()).cookie}`;
      return (await visitTo(stack).open(PLANS, { cookie })).status === 200;
    },
  },
  {
    id: 'operator-of-another-organization',
    tries:
      'An operator of another organization, who may look at this one, releases here with their own token',
    must: 'Nothing is released',
    run: async (target) => {
      const stack = await target.platform();
      const who = principalHeaders(OTHERS_OPERATOR);
      const token = await tokenOf(stack, who, `/${OTHER_ORGANIZATION}/plans`);
      return releases(stack, async (path) => visitTo(stack).post(path, { token, ...SURE }, who));
    },
  },
  {
    id: 'plan-of-another-organization',
    tries: 'An operator releases a plan of another organization by its hash in the address of their own',
    must: 'Nothing is released',
    run: async (target) => {
      const stack = await target.platform();
      const who = principalHeaders(OPERATOR);
      const hash = await holdRemoval(stack, {}, OTHER_ORGANIZATION);
      const token = await tokenOf(stack, who);
      for (const id of [
        hash,
        `..%2f..%2f${OTHER_ORGANIZATION}%2fplans%2f${hash}`,
        `${OTHER_ORGANIZATION}:${hash}`,
      ])
        await visitTo(stack).post(`${PLANS}/${id}`, { token, ...SURE }, who);
      return isReleased(stack, hash, OTHER_ORGANIZATION);
    },
  },
  {
    id: 'operator-export-of-all-organizations',
    tries:
      'Somebody who may decide in one organization alone, and somebody who may only look, export its evidence, in which every version of the policy names others',
    must: 'Nothing is told',
    run: async (target) => {
      const stack = await target.platform();
      for (const who of [OPERATOR, OTHERS_OPERATOR, READER]) {
        const url = `${stack.host().url}/api/operator/${ORGANIZATION}/evidence-export`;
        if ((await send(url, { headers: principalHeaders(who) })).status === 200) return true;
      }
      return false;
    },
  },
  {
    id: 'reader-of-another-organization',
    tries: 'Somebody who may look at one organization opens pages and reports of another',
    must: 'Nothing of it is shown',
    run: async (target) => {
      const stack = await target.platform();
      for (const path of [
        'plans',
        'today',
        'report/latest?format=csv',
        'people?email=a',
        `plans/../../${OTHER_ORGANIZATION}/plans`,
      ]) {
        const { status } = await visitTo(stack).open(
          `/${OTHER_ORGANIZATION}/${path}`,
          principalHeaders(READER),
        );
        if (status === 200) return true;
      }
      return false;
    },
  },
]);

/** A finding that the console shows. */
async function openFinding(stack: ConsoleStack, subject: Readonly<Record<string, string>>): Promise<string> {
  const about = finding({ subject });
  await createFindingStore(stack.storage).save(ORGANIZATION, [about]);
  return about.id;
}

async function waives(
  target: Target,
  who: Fields,
  subject: Readonly<Record<string, string>>,
): Promise<boolean> {
  const stack = await target.platform();
  const id = await openFinding(stack, subject);
  const token = await tokenOf(stack, who);
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await visitTo(stack).post(
    `/${ORGANIZATION}/findings/${id}`,
    { token, reason: 'Known', owner: 'ops', ticket: 'CHG-1', until },
    who,
  );
  const stored = await createFindingStore(stack.storage).get(ORGANIZATION, id);
  return stored?.state === 'waived';
}

const waiveControl: Control = {
  id: 'a finding about somebody else',
  says: 'An operator accepts a finding about somebody else',
  works: async (target) =>
    waives(target, principalHeaders(OPERATOR), { group: 'automation users', memberId: objectIdOf('x') }),
};

/** People who decide about themselves. */
const ownMatters = [
  ...attacksOn('console', waiveControl, [
    {
      id: 'waives-a-finding-about-oneself',
      tries: 'An operator accepts a finding about their own account',
      must: 'The finding stays open',
      run: async (target) =>
        waives(target, principalHeaders(OPERATOR), {
          group: 'automation users',
          memberId: objectIdOf(OPERATOR).toUpperCase(),
        }),
    },
    {
      id: 'waives-a-finding-about-their-address',
      tries: 'An operator accepts a finding that names their address, in other letters',
      must: 'The finding stays open',
      run: async (target) =>
        waives(target, principalHeaders(OPERATOR), { person: OPERATOR.toUpperCase(), group: 'x' }),
    },
    {
      id: 'waives-under-a-second-name',
      tries: 'An operator accepts a finding about their account under another name that the tenant gave them',
      must: 'The finding stays open: it is the account that counts',
      run: async (target) =>
        waives(target, principalHeaders(CHIEF, objectIdOf(OPERATOR)), {
          group: 'automation users',
          memberId: objectIdOf(OPERATOR),
        }),
    },
  ]),
  ...attacksOn('console', operatorControl, [
    {
      id: 'releases-ones-own-removal',
      tries: 'An operator releases the removal of their own account',
      must: 'It stays held',
      run: async (target) => {
        const stack = await target.platform();
        const who = principalHeaders(OPERATOR);
        const token = await tokenOf(stack, who);
        const hash = await holdRemoval(stack, { memberId: objectIdOf(OPERATOR) });
        await visitTo(stack).post(`${PLANS}/${hash}`, { token, ...SURE }, who);
        return isReleased(stack, hash);
      },
    },
    {
      id: 'releases-the-removal-of-ones-address',
      tries: 'An operator releases the removal of the person of their address',
      must: 'It stays held',
      run: async (target) => {
        const stack = await target.platform();
        const who = principalHeaders(OPERATOR);
        const token = await tokenOf(stack, who);
        const hash = await holdRemoval(stack, { email: OPERATOR });
        await visitTo(stack).post(`${PLANS}/${hash}`, { token, ...SURE }, who);
        return isReleased(stack, hash);
      },
    },
    {
      id: 'releases-with-a-key-in-ones-own-name',
      tries: "Releases one's own removal with a function key, under one's address",
      must: 'It stays held',
      run: async (target) => {
        const stack = await target.console();
        const hash = await holdRemoval(stack, { email: OPERATOR });
        const { url, functionKey } = stack.host();
        await send(`${url}/api/plans/${ORGANIZATION}/${hash}/release`, {
          method: 'POST',
          headers: { 'x-functions-key': functionKey, 'content-type': 'application/json' },
          pieces: [JSON.stringify({ by: ` ${OPERATOR.toUpperCase()} ` })],
        });
        return isReleased(stack, hash);
      },
    },
  ]),
];

const gateControl: Control = {
  ...operatorControl,
  id: 'an operator at the gate of the platform',
};

/** The settings say that the platform signs people in, and it does not: its headers are the caller's own. */
const gate = attacksOn('console', gateControl, [
  {
    id: 'headers-without-the-platform',
    tries: 'Sends the headers of an operator to an app whose platform signs nobody in',
    must: 'No page opens and nothing is released',
    run: async (target) => {
      const stack = await target.ungated();
      const who = principalHeaders(OPERATOR);
      const page = await visitTo(stack).open(PLANS, who);
      const keys = await tokenOf(await target.platform(), who);
      return (
        page.status === 200 ||
        releases(stack, async (path) => visitTo(stack).post(path, { token: keys, ...SURE }, who))
      );
    },
  },
  {
    id: 'headers-with-a-function-key',
    tries: 'Releases with a function key and the headers of an operator, where the platform signs nobody in',
    must: "Nothing is released in the operator's name",
    run: async (target) => {
      const stack = await target.ungated();
      const { url, functionKey } = stack.host();
      return releases(stack, async (_path, hash) =>
        send(`${url}/api/plans/${ORGANIZATION}/${hash}/release`, {
          method: 'POST',
          headers: { ...principalHeaders(OPERATOR), 'x-functions-key': functionKey },
        }),
      );
    },
  },
]);

export const platformAttacks = [...identities, ...ownMatters, ...gate];
