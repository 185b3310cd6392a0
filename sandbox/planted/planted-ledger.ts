import {
  ruleContentHash,
  ruleDescription,
  type RuleLedger,
} from '../../shared/domain/ledger/rule-and-entity-ledgers';
import { personKey } from '../../shared/domain/person-key';
import { emptyPersonLedger, type Grant, type PersonLedger } from '../../shared/domain/ledger/person-ledger';
import { toRuleDefinitionText } from '../../shared/uipath/rule-definition';
import type { Planting, Said } from './planting';
import { plantedDoubts, plantedOddities } from './planted-doubts';
import { addressOf } from './planted-seed';
import { DAY_MS } from '../../shared/domain/durations';

/** What ledgers say of people: who belongs where, who left, who is nowhere to be found. */
export async function plantPeople(planting: Planting): Promise<void> {
  const { nowMs, variant } = planting;
  const ago = (days: number): number => nowMs - days * DAY_MS;
  const developers = { group: 'Developers' };
  const joined = { kind: 'joiner' as const, effectiveAtMs: ago(400) };
  const developer = { ...joined, attributes: { department: 'IT' } };
  const movedAway = (days: number) => ({
    kind: 'mover' as const,
    effectiveAtMs: ago(days),
    attributes: { department: 'Sales' },
  });
  const left = (days: number) => ({ kind: 'leaver' as const, effectiveAtMs: ago(days) });
  const joinedAgain = (days: number) => ({ kind: 'joiner' as const, effectiveAtMs: ago(days) });
  const missing = (days: number) => ({
    kind: 'missing' as const,
    sinceMs: ago(days),
    attempts: 9,
    checkedAtMs: nowMs,
  });
  const ambiguous = { ...missing(0), kind: 'ambiguous' as const };
  const past = { ...developers, fromMs: ago(30), untilMs: ago(2) };
  const isCalm = variant === 'calm';
  const people: Readonly<Record<string, Said>> = {
    granted: { grants: [developers, { group: 'Finance' }] },
    born: { timeline: [developer] },
    future: { timeline: [{ ...developer, effectiveAtMs: ago(-5) }] },
    moving: { timeline: [developer, movedAway(-5)] },
    moved: { timeline: [developer, movedAway(2)] },
    unplaced: { timeline: isCalm ? [developer, movedAway(2)] : [developer] },
    departed: { timeline: [joined, left(50)], grants: [{ ...developers, fromMs: ago(300) }] },
    renewed: { grants: [past, { ...developers, fromMs: ago(2) }] },
    joiner: {},
    lost: isCalm ? {} : { grants: [developers] },
    late: { grants: [developers] },
    soon: { grants: [{ ...developers, fromMs: nowMs + DAY_MS }] },
    ended: { grants: [past] },
    ended2: { grants: [{ ...past, group: 'Finance' }] },
    overlap: { grants: [past, { ...developers, untilMs: nowMs + DAY_MS }] },
    leaver: { timeline: [joined, left(100)], grants: [{ ...developers, fromMs: ago(300) }] },
    leaver2: { timeline: [joined, left(5)] },
    gone: { timeline: [joined, left(100)] },
    leaving: { timeline: [joined, left(-7)], grants: [developers] },
    back: { timeline: [joined, left(isCalm ? 60 : 5), joinedAgain(1)], grants: isCalm ? [] : [developers] },
    rehired: { timeline: [joined, left(40), joinedAgain(20)], grants: [developers] },
    both: { grants: isCalm ? [developers] : [developers, { group: 'Payroll' }] },
    pair: { grants: [{ group: 'Finance' }] },
    contractor: { grants: isCalm ? [developers] : [developers, { group: 'Payroll' }] },
    sleeper: { grants: isCalm ? [] : [developers] },
    sleeper2: { grants: isCalm ? [] : [{ group: 'Finance' }] },
    awake: { grants: [developers] },
    nowhere: { grants: isCalm ? [] : [{ group: 'Finance' }], identity: missing(10) },
    unborn: { grants: [{ group: 'Finance' }], identity: missing(1) },
    twice: { grants: isCalm ? [] : [{ group: 'Finance' }], identity: ambiguous },
    idle: { identity: ambiguous },
    ...plantedDoubts(planting, missing(0)),
    ...plantedOddities(planting, missing(0)),
  };
  for (const [name, said] of Object.entries(people)) await plantPerson(planting, name, said);
}

async function plantPerson({ app, uipath, alias, nowMs }: Planting, name: string, said: Said): Promise<void> {
  const email = addressOf(alias, name);
  const identity = said.identity ?? { kind: 'resolved', id: uipath.idOf(alias, email), checkedAtMs: nowMs };
  const ledger: PersonLedger = {
    ...emptyPersonLedger(email),
    timeline: (said.timeline ?? []).map(({ kind, effectiveAtMs, attributes = {} }, index) => ({
      id: `${name}-${index}`,
      kind,
      effectiveAtMs,
      occurredAtMs: Math.min(effectiveAtMs, nowMs) - 1,
      attributes,
    })),
    grants: (said.grants ?? []).map(({ group, fromMs = nowMs - 10_000, untilMs }, index): Grant => ({
      requestId: `${name}-grant-${index}`,
      source: 'tickets',
      group,
      validFromMs: fromMs,
      validUntilMs: untilMs,
      occurredAtMs: Math.min(fromMs, nowMs),
      requester: email,
      approvals: [],
      ticketId: 'T-1',
      ticketUrl: undefined,
    })),
    identity,
    ...said.doubt,
  };
  await app.ledger.write(
    { organization: alias, kind: 'person', key: personKey(email) },
    ledger,
    undefined,
    [],
  );
}

/** Rules in UiPath, and what the ledger says of those that were requested. */
export async function plantRules(planting: Planting): Promise<ReadonlyMap<string, string>> {
  const { variant, nowMs, alias } = planting;
  const owner = addressOf(alias, 'admin1');
  const over = nowMs - 2 * DAY_MS;
  const isCalm = variant === 'calm';
  const ids = new Map<string, string>();
  const rule = async (name: string, requested?: Requested, more: Existing = {}): Promise<void> => {
    ids.set(name, String(await plantRule(planting, name, requested, more)));
  };
  await rule('As requested', { owner, untilMs: nowMs + DAY_MS });
  await rule('Agreed', undefined, { group: 'Payroll', value: `@${alias}.example` });
  await rule('Switched off', { owner }, { enabled: false, group: 'Developers' });
  await rule('Tmp switched off', undefined, { enabled: false });
  if (isCalm) {
    await rule('Ended just now', { owner, untilMs: nowMs - 60_000 });
    return ids;
  }
  await rule('Altered', { owner }, { altered: { description: 'another' } });
  await rule('Switched on', { owner }, { enabled: false, altered: { enabled: true } });
  await rule('Widened', { owner }, { altered: { conditions: [] } });
  await rule('Deleted', { owner }, { absent: true });
  await rule('By hand');
  await rule('Ended', { owner, untilMs: over });
  await rule('Old agreement');
  await rule('Orphaned', { owner: addressOf(alias, 'gone') });
  await rule('Ownerless');
  await rule('Tmp agreed');
  await rule('Adds again', { owner }, { group: 'Developers' });
  await rule('Pays', undefined, { group: 'Payroll' });
  await rule('For all', { owner }, { group: 'All Staff', value: `@${alias}.example` });
  return ids;
}

type Requested = Readonly<{ owner: string; untilMs?: number }>;
/** A rule that is as requested but for what is `altered`. */
type Existing = Readonly<{
  enabled?: boolean;
  group?: string;
  /** What the department has to hold. */
  value?: string;
  altered?: Readonly<{ description?: string; enabled?: boolean; conditions?: readonly [] }>;
  absent?: boolean;
}>;

async function plantRule(
  { app, uipath, alias, nowMs }: Planting,
  name: string,
  requested: Requested | undefined,
  { enabled = true, group, value = 'IT', altered = {}, absent = false }: Existing,
): Promise<number> {
  const { rules, groups, numbers } = uipath.organization(alias);
  const found = [...groups.values()].find((one) => one.name === group);
  const groupIds = found === undefined ? [] : [found.id];
  const conditions = [{ claimName: 'department', conditionType: 'Contains', value }];
  const id = numbers.next();
  const want = {
    description: 'for the team',
    enabled,
    definition: { groups: group === undefined ? [] : [group], conditions },
    owner: requested?.owner ?? '',
    validUntilMs: requested?.untilMs,
  };
  const statement = {
    requestId: `${name}-1`,
    occurredAtMs: nowMs - 10 * DAY_MS,
    requester: 'x',
    ticketId: 'T-1',
    want,
  };
  const description = ruleDescription(statement, want);
  const definition = toRuleDefinitionText({
    groupsToAssign: groupIds,
    conditions: altered.conditions ?? conditions,
  });
  if (!absent)
    rules.set(id, {
      id,
      name,
      description: altered.description ?? description,
      enabled: altered.enabled ?? enabled,
      definition,
      createdAtMs: nowMs,
      modifiedAtMs: null,
    });
  if (requested === undefined) return id;
  const ledger: RuleLedger = {
    name,
    statements: [statement],
    have: {
      ruleId: id,
      contentHash: ruleContentHash({ description, enabled, groupIds, conditions }),
      sinceMs: nowMs,
    },
  };
  const key = name.toLowerCase().replaceAll(' ', '-');
  await app.ledger.write({ organization: alias, kind: 'rule', key }, ledger, undefined, []);
  return id;
}
