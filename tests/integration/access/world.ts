import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { Subject } from '../../../shared/domain/ledger/subject';
import { startAzurite, type Azurite } from '../../../sandbox/azurite';
import { DEMO_SEED, ORGANIZATION } from '../../../sandbox/demo-organization';
import type { OrganizationSeed } from '../../../sandbox/uipath/seed';
import type { ApplyOutcome } from '../../../shared/access/writer/book-next-run';
import {
  verifyEvidence,
  type EvidenceFault,
  type EvidenceRecord,
} from '../../../shared/domain/ledger/evidence';
import { personKey } from '../../../shared/domain/person-key';
import type { PersonLedger } from '../../../shared/domain/ledger/person-ledger';
import { startEngine, type Engine } from '../../fixtures/engine';
import { openMemoryStorage } from '../../fixtures/memory-storage/open';

export const OLGA = 'olga.admin@acme.example';
export const ANA = 'ana.pop@acme.example';
export const BEN = 'ben.lead@acme.example';
export const CARA = 'cara.dev@acme.example';
export const DAN = 'dan.ops@acme.example';
const PEOPLE = [OLGA, ANA, BEN, CARA, DAN];

/** Somebody who changes UiPath in its portal, behind the application's back. */
export const MAX = { name: 'Max', email: 'max@acme.example' };

type Fields = Readonly<Record<string, unknown>>;

type WorldOptions = Readonly<{
  seed?: Partial<OrganizationSeed>;
  /** Members of the organization's policy in place of the usual ones; `sources`: more sources of HR, by name. */
  policy?: Fields;
  engine?: Omit<NonNullable<Parameters<typeof startEngine>[0]>, 'azurite' | 'seed' | 'policy'>;
}>;

/** One organization with an application that governs it, and short words for what happens to it. */
export type World = Readonly<{
  engine: Engine;
  alias: string;
  joins: (email: string, more?: Fields) => Promise<void>;
  moves: (email: string, more?: Fields) => Promise<void>;
  leaves: (email: string, more?: Fields) => Promise<void>;
  /** An approved ticket; its number and the request's id are `id`. */
  asks: (id: string, action: Fields, more?: Fields) => Promise<void>;
  /** Handles all messages, moving the clock to those that wait. */
  settle: () => Promise<readonly ApplyOutcome[]>;
  /** Days later, with the ticks of the timer and the work they bring. */
  pass: (ms: number) => Promise<void>;
  /** All but the application itself, which is an administrator. */
  members: (group: string) => readonly string[];
  id: (reference: string) => string;
  groupId: (name: string) => string;
  /** Calls to UiPath since the last time this was asked, by endpoint; tokens do not count. */
  calls: () => Readonly<Record<string, number>>;
  ledger: (email: string) => Promise<PersonLedger | undefined>;
  /** What was recorded about somebody, in order. */
  evidence: (about: string | Subject) => Promise<readonly EvidenceRecord[]>;
  kinds: (about: string | Subject) => Promise<readonly string[]>;
  fault: (about: string | Subject) => Promise<EvidenceFault | undefined>;
  setPolicy: (policy: Fields) => void;
}>;

/** `npm run test:emulator` has all of them over Azurite. */
const areAllEmulated = process.env['STORAGE'] === 'emulator';

/**
 * Starts worlds; each ends with its test. Their storage is in memory, as hours of ticks are many calls, or `emulator`, Azurite: for a
 * file of each room at least.
 */
export function useWorlds(
  storage: 'memory' | 'emulator' = 'memory',
): (options?: WorldOptions) => Promise<World> {
  let azurite: Azurite | undefined;
  const engines: Engine[] = [];
  beforeAll(async () => {
    if (areAllEmulated || storage === 'emulator') azurite = await startAzurite();
  }, 60_000);
  afterEach(async () => {
    await Promise.all(engines.splice(0).map(async (engine) => engine.close()));
  });
  afterAll(async () => {
    await azurite?.close();
  });
  return async ({ seed, policy = {}, engine: options } = {}) => {
    const engine = await startEngine({
      ...(azurite === undefined ? { storage: openMemoryStorage() } : { azurite }),
      seed: { organizations: [{ ...DEMO_SEED, users: PEOPLE, groups: GROUPS, ...seed }] },
      policy: (identityBaseUrl) => policyOfWorld(identityBaseUrl, policy),
      ...options,
    });
    engines.push(engine);
    return createWorld(engine);
  };
}

const EVERY_REQUEST = [
  'grant',
  'extend',
  'revoke',
  'create-rule',
  'update-rule',
  'delete-rule',
  'add-policy-entity',
  'remove-policy-entity',
];

const GROUPS = { Administrators: [OLGA], Developers: [], Users: [], Finance: [], Treasury: [] };

/** Anybody may administer, nobody has to agree to it. Anybody may ask, Ben approves; who works in Automation is a developer, who works in Finance is in Finance, all are users. */
export function policyOfWorld(
  identityBaseUrl: string,
  { sources: hr = {}, audit = {}, ...overrides }: Fields,
): string {
  const requests = { approvers: [BEN] };
  const organization = {
    partitionGlobalId: DEMO_SEED.partitionGlobalId,
    identityBaseUrl,
    credentialSecret: 'uipath-acme',
    groups: { Developers: { requests }, Users: { requests }, Finance: { requests } },
    birthright: [
      { name: 'automation', when: { department: 'Automation' }, groups: ['Developers', 'Users'] },
      { name: 'finance', when: { department: 'Finance' }, groups: ['Finance', 'Users'] },
    ],
    rules: { requests },
    accessPolicy: { requests },
    ...overrides,
    audit: { administrators: { fewest: 1 }, ...(audit as Fields) },
  };
  const sources = {
    hr: { standard: { secret: 's' }, ...(hr as Fields) },
    tickets: { standard: { secret: 'tickets', may: EVERY_REQUEST } },
  };
  return JSON.stringify({ version: 1, organizations: { [ORGANIZATION]: organization }, sources });
}

let numbers = 0;
const clientId = DEMO_SEED.clients?.[0]?.clientId ?? '';

function createWorld(engine: Engine): World {
  const { uipath, clock } = engine;
  let seen = 0;
  const said = async (type: string, email: string, more: Fields): Promise<void> => {
    numbers += 1;
    const { saidAtMs, source = 'standard', ...fields } = more;
    const { worker, ...others } = { worker: {}, ...fields };
    const body = { schemaVersion: 1, type, id: `word-${numbers}`, worker: { email, ...worker }, ...others };
    const at = typeof saidAtMs === 'number' ? { saidAtMs } : {};
    await engine.post('hr', body, { ...at, source: String(source) });
  };
  const subjectOf = (about: string | Subject): Subject =>
    typeof about === 'string' ? { organization: ORGANIZATION, kind: 'person', key: personKey(about) } : about;
  const evidence: World['evidence'] = async (about) =>
    (await engine.app.ledger.evidence(subjectOf(about))).records;
  return {
    engine,
    alias: ORGANIZATION,
    joins: async (email, more = { attributes: { department: 'Automation' } }) =>
      said('worker.joined', email, more),
    moves: async (email, more = { attributes: { department: 'Finance' } }) =>
      said('worker.moved', email, more),
    leaves: async (email, more = { immediate: true }) => said('worker.left', email, more),
    asks: async (id, action, { saidAtMs, ...more } = {}) => {
      const body = {
        schemaVersion: 1,
        type: 'access.request.approved',
        id,
        ticket: { id },
        requester: ANA,
        approvals: [{ approver: BEN }],
        action,
        ...more,
      };
      await engine.post('ticket', body, typeof saidAtMs === 'number' ? { saidAtMs } : {});
    },
    settle: async () => engine.finish(),
    pass: async (ms) => {
      await engine.finish();
      clock.advance(ms);
      await engine.tick();
      await engine.finish();
    },
    members: (group) => {
      const ids = uipath.memberIds(ORGANIZATION, group);
      const named = new Map(PEOPLE.map((email) => [uipath.idOf(ORGANIZATION, email), email]));
      const client = uipath.idOf(ORGANIZATION, clientId);
      return [...ids]
        .filter((id) => id !== client)
        .map((id) => named.get(id) ?? id)
        .toSorted((a, b) => (a < b ? -1 : 1));
    },
    id: (reference) => uipath.idOf(ORGANIZATION, reference),
    groupId: (name) => {
      const group = [...uipath.organization(ORGANIZATION).groups.values()].find((one) => one.name === name);
      if (group === undefined) throw new Error(`There is no group ${name}`);
      return group.id;
    },
    calls: () => {
      const counts: Record<string, number> = {};
      for (const { sequence, endpoint = 'unknown' } of uipath.requests()) {
        if (sequence <= seen || endpoint === 'T1') continue;
        counts[endpoint] = (counts[endpoint] ?? 0) + 1;
      }
      seen = uipath.requests().at(-1)?.sequence ?? 0;
      return counts;
    },
    ledger: async (email) =>
      (await engine.app.ledger.read({ organization: ORGANIZATION, kind: 'person', key: personKey(email) }))
        ?.value,
    evidence,
    kinds: async (about) => (await evidence(about)).map(({ kind }) => kind),
    fault: async (about) => {
      const { records, head } = await engine.app.ledger.evidence(subjectOf(about));
      return verifyEvidence(records, head);
    },
    setPolicy: (policy) => {
      engine.setPolicy(policyOfWorld(uipath.identityBaseUrl(ORGANIZATION), policy));
    },
  };
}

/** Max changes a group in UiPath's portal. */
export function byHand(
  world: World,
  group: string,
  add: readonly string[],
  remove: readonly string[] = [],
): void {
  world.engine.uipath.actAsPerson(world.alias, {
    kind: 'change-members',
    actor: MAX,
    group,
    add: [...add],
    remove: [...remove],
  });
}
