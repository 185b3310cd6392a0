import { describe, expect, it } from '@jest/globals';
import type { Subject } from '../../../../shared/domain/ledger/subject';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { remediateFinding } from '../../../../shared/access/desk/findings/remediate-finding';
import type { CheckId } from '../../../../shared/domain/audit/check-catalog';
import type { FindingRecord } from '../../../../shared/domain/audit/finding';
import { SHOWS_WITHIN_MS } from '../../../../shared/domain/plan/open-call';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { entryOf, findingOf, organizationOf, release, ruleOf, withoutFaults } from '../remediation-world';
import { TICK_MS } from '../live-through-time';
import { BEN, byHand, CARA, MAX, OLGA, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = withoutFaults(useWorlds());
const NAME = 'Claims';
const rulesOf = ({ engine, alias }: World) => [...engine.uipath.organization(alias).rules.values()];
const listOf = ({ engine, alias }: World) => engine.uipath.organization(alias).accessPolicy;
const conditions = [{ claimName: 'a', conditionType: 'Contains', value: 'Night' }];

/** A plan, how things are once it is carried out, and what its one change leaves in the evidence. */
type Case = Readonly<{
  check: CheckId;
  prepare: (world: World) => void | Promise<void>;
  isMended: (world: World) => boolean;
  /** Calls of this endpoint, which is asked for once, or at most twice where repeating it changes nothing. */
  endpoint: string;
  mostCalls: number;
  subject: ((world: World) => Subject) | undefined;
  kind: string;
  /** How long after a crash it is mended at the latest; without it by the next run. */
  afterMs?: number;
}>;

async function askForRule(world: World): Promise<void> {
  await world.asks('R1', {
    kind: 'create-rule',
    name: NAME,
    owner: BEN,
    definition: { groups: ['Developers'], conditions },
  });
  await world.settle();
}

const CASES: readonly Case[] = [
  {
    check: 'administrator-unknown',
    prepare: (world) => byHand(world, 'Administrators', [CARA]),
    isMended: (world) => !world.members('Administrators').includes(CARA),
    endpoint: 'G4',
    mostCalls: 1,
    subject: undefined,
    kind: 'plan-done',
  },
  {
    check: 'policy-entity-unexpected',
    prepare: (world) =>
      world.engine.uipath.actAsPerson(world.alias, {
        kind: 'change-policy',
        actor: MAX,
        add: [CARA],
        remove: [],
      }),
    isMended: (world) => !listOf(world).has(world.id(CARA)),
    endpoint: 'P2',
    mostCalls: 1,
    subject: (world) => entryOf(world, `user:${CARA}`),
    kind: 'policy-entity-removed',
  },
  {
    check: 'rule-altered',
    prepare: async (world) => {
      await askForRule(world);
      const { rules } = world.engine.uipath.organization(world.alias);
      for (const rule of rules.values()) rules.set(rule.id, { ...rule, description: 'mine' });
    },
    isMended: (world) =>
      rulesOf(world).length === 1 && rulesOf(world)[0]?.description?.includes(BEN) === true,
    endpoint: 'R3',
    mostCalls: 2,
    subject: (world) => ruleOf(world, NAME),
    kind: 'rule-updated',
  },
  {
    check: 'rule-missing',
    prepare: async (world) => {
      await askForRule(world);
      world.engine.uipath.organization(world.alias).rules.clear();
    },
    isMended: (world) => rulesOf(world).length === 1,
    endpoint: 'R2',
    mostCalls: 1,
    subject: (world) => ruleOf(world, NAME),
    kind: 'rule-created',
    afterMs: SHOWS_WITHIN_MS + TICK_MS,
  },
  {
    check: 'rule-unknown',
    prepare: (world) =>
      world.engine.uipath.actAsPerson(world.alias, { kind: 'create-rule', actor: MAX, name: 'By hand' }),
    isMended: (world) => rulesOf(world).length === 0,
    endpoint: 'R4',
    mostCalls: 1,
    subject: (world) => ruleOf(world, 'By hand'),
    kind: 'rule-deleted',
  },
];

async function prepared({
  check,
  prepare,
}: Case): Promise<Readonly<{ world: World; finding: FindingRecord }>> {
  const world = await start({ policy: { audit: { administrators: { fewest: 1, people: [OLGA] } } } });
  await prepare(world);
  const finding = await findingOf(world, check);
  world.calls();
  return { world, finding };
}

/** What must be so in the end, wherever the process died. */
async function expectMended(
  world: World,
  { isMended, endpoint, mostCalls, subject, kind }: Case,
  kindsBefore: number,
): Promise<void> {
  expect(isMended(world)).toBe(true);
  const calls = world.calls()[endpoint] ?? 0;
  expect([calls >= 1, calls <= mostCalls]).toEqual([true, true]);
  const about = subject?.(world) ?? organizationOf(world);
  const kinds = (await world.kinds(about)).filter((one) => one === kind);
  // The end of a plan is written before its row is: a process that dies between them says it once more.
  expect(kinds.length - kindsBefore).toBeLessThanOrEqual(kind === 'plan-done' ? 2 : 1);
  expect(kinds.length - kindsBefore).toBeGreaterThanOrEqual(1);
  for (const one of [about, organizationOf(world)]) expect(await world.fault(one)).toBeUndefined();
  expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
  const plans = await world.engine.app.holds.list(world.alias);
  expect(plans.map(({ state }) => state)).toEqual(['done']);
}

const countOf = async (world: World, { subject, kind }: Case): Promise<number> =>
  (await world.kinds(subject?.(world) ?? organizationOf(world))).filter((one) => one === kind).length;

describe.each(CASES.map((one) => [one.check, one] as const))(
  'a crash while a plan for %s is',
  (_check, plan) => {
    it('carried out ends, with the next run, in one change and its evidence', async () => {
      let steps = 0;
      for (let died = true; died;) {
        steps += 1;
        const { world, finding } = await prepared(plan);
        const before = await countOf(world, plan);
        await release(world, finding);
        const dying = dyingAfter(world.engine.app, countdown(steps));
        died = (await applyChanges(dying, { organization: world.alias }).catch(() => 'died')) === 'died';
        await world.pass(plan.afterMs ?? TICK_MS);
        await expectMended(world, plan, before);
      }
      expect(steps).toBeGreaterThan(6);
    }, 300_000);

    it('released ends, with a tick of the timer or with another release, in one change', async () => {
      let steps = 0;
      for (let died = true; died;) {
        steps += 1;
        const { world, finding } = await prepared(plan);
        const before = await countOf(world, plan);
        const request = { by: keyHolder('Ben'), planHash: finding.remediation?.planHash ?? '' };
        const dying = dyingAfter(world.engine.app, countdown(steps));
        const outcome = await remediateFinding(dying, world.alias, finding.id, request).catch(() => 'died');
        died = outcome === 'died';
        // A run that is booked and does not begin is booked again after a minute.
        await world.pass(120_000);
        const isMended = plan.isMended(world);
        // Only the entry in the evidence, or the plan without its mark, had been written.
        expect(isMended || steps <= 2).toBe(true);
        if (!isMended) await release(world, finding);
        await world.settle();
        await expectMended(world, plan, before);
      }
      expect(steps).toBeGreaterThan(4);
    }, 300_000);
  },
);
