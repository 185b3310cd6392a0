import { DEMO_SEED } from '../../../sandbox/demo-organization';
import { runAudit } from '../../../shared/access/audit/run-audit';
import type { AuditReport } from '../../../shared/domain/audit/report';
import { ANA, BEN, CARA, DAN, OLGA, useWorlds, type World } from './world';

const DAY_MS = 86_400_000;
/** Somebody of another company, whom UiPath's list of users leaves out as it does Olga. */
export const PAUL = 'paul@partner.example';
export const ROBOT = 'invoices';

const [client = { clientId: '' }] = DEMO_SEED.clients ?? [];
const SEED = {
  saml: true,
  users: [ANA, BEN, CARA, DAN, { email: OLGA, source: 'aad' }, { email: PAUL, source: 'aad' }],
  robots: [{ name: ROBOT }],
  clients: [
    {
      ...client,
      name: 'access-functions',
      scopes: [...(client.scopes ?? []), 'PM.OAuthApp.Read', 'PM.RobotAccount.Read'],
    },
  ],
  groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [CARA] },
  accessPolicy: ['Administrators'],
};
const AUDIT = {
  domains: ['acme.example'],
  administrators: { fewest: 1, people: [OLGA] },
  reads: ['applications', 'robots'],
  remediate: ['member-without-reason'],
  checks: {
    'of-elsewhere': {
      each: 'member',
      when: '!email.endsWith("@acme.example") || !active || unusedDays < 0',
      title: 'From elsewhere',
      why: 'Only people of the company, who use their account.',
      mend: 'Ask.',
    },
  },
};
const POLICY = {
  groups: { Developers: { privileged: true }, Users: {}, Finance: { protectedMembers: [CARA] } },
  accessPolicy: { baseline: [{ entityType: 'group', name: 'Administrators' }] },
  audit: AUDIT,
};

type Fields = Readonly<Record<string, unknown>>;

/** Worlds of which everything is read that can be, with Ana where she belongs; members of seed, policy and audit may differ. */
export function useWatchedWorlds(): (
  more?: Readonly<{ seed?: Partial<typeof SEED>; policy?: Fields; audit?: Fields }>,
) => Promise<World> {
  const begin = useWorlds();
  return async ({ seed, policy, audit: more } = {}) => {
    const world = await begin({
      seed: { ...SEED, ...seed },
      policy: { ...POLICY, audit: { ...AUDIT, ...more }, ...policy },
    });
    await world.joins(ANA);
    await world.settle();
    return world;
  };
}

let nights = 0;

/** A night's audit, a day after the last. */
export async function audit(world: World): Promise<AuditReport> {
  const { app, clock } = world.engine;
  nights += 1;
  const night = `20260303${String(nights).padStart(4, '0')}`;
  const report = await runAudit({ ...app, uipath: app.auditUiPath }, { organization: world.alias, night });
  if (report === undefined) throw new Error('The audit was given up');
  clock.advance(DAY_MS);
  return report;
}

/** What the audit says, as `check about: state`, but for what could not be read. */
export function linesOf({ findings }: AuditReport): readonly string[] {
  return findings
    .filter(({ check }) => check !== 'part-unknown')
    .map(({ state, check, subject }) => {
      const { group, entity, rule, email, memberId } = subject;
      return `${check} ${group ?? entity ?? rule ?? email ?? memberId}: ${state}`;
    })
    .toSorted((a, b) => (a < b ? -1 : 1));
}

/** The names of the parts that could not be read. */
export function unknownIn({ unknown }: AuditReport): readonly string[] {
  return unknown.map(({ part }) => part).toSorted((a, b) => (a < b ? -1 : 1));
}
