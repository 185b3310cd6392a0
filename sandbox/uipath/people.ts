import { z } from 'zod';
import { changePolicy } from './access-policy';
import type { Actor } from './audit-log';
import { findId } from './build-organization';
import { changeMembers } from './member-changes';
import { findGroupNamed, type Group, type Organization } from './organization';
import { groupsToAssign, ruleApplies } from './rule-definition';
import { recordRule } from './rules';

const References = z.array(z.string()).default([]);
const By = z.object({ actor: z.object({ name: z.string(), email: z.string() }) });

/**
 * What a person does without the API. People, groups and entries are named by e-mail, name or id.
 * `sign-in` makes a directory user known, and gives the groups of the SAML rules whose conditions the claims meet.
 */
export const PersonActSchema = z.discriminatedUnion('kind', [
  By.extend({ kind: z.literal('change-members'), group: z.string(), add: References, remove: References }),
  By.extend({ kind: z.literal('change-policy'), add: References, remove: References }),
  By.extend({
    kind: z.literal('create-rule'),
    name: z.string(),
    description: z.string().nullable().default(null),
    enabled: z.boolean().default(true),
    definition: z.string().nullable().default(null),
  }),
  By.extend({ kind: z.literal('delete-rule'), ruleId: z.int() }),
  z.object({
    kind: z.literal('sign-in'),
    user: z.string(),
    claims: z.record(z.string(), z.string()).default({}),
  }),
]);

export type PersonAct = z.input<typeof PersonActSchema>;

/** @throws Error when the act names somebody or something that is not there. */
export function actAsPerson(organization: Organization, input: PersonAct, nowMs: number): void {
  const act = PersonActSchema.parse(input);
  const time = { nowMs, lagMs: 0 };
  const idOf = (reference: string): string => findId(organization, reference);
  if (act.kind === 'sign-in') {
    signIn(organization, idOf(act.user), act.claims, nowMs);
    return;
  }
  const by = { actor: actorOf(organization, act.actor), time };
  switch (act.kind) {
    case 'change-members': {
      const change = { add: act.add.map(idOf), remove: act.remove.map(idOf) };
      changeMembers(organization, findGroup(organization, act.group), change, by);
      return;
    }
    case 'change-policy':
      for (const id of act.add.map(idOf)) changePolicy(organization, id, true, by);
      for (const id of act.remove.map(idOf)) changePolicy(organization, id, false, by);
      return;
    case 'create-rule': {
      const { name, description, enabled, definition } = act;
      const id = organization.numbers.next();
      const rule = { id, name, description, enabled, definition, createdAtMs: nowMs, modifiedAtMs: null };
      organization.rules.set(id, rule);
      recordRule(organization, rule, 'Create Rule', by);
      return;
    }
    case 'delete-rule': {
      const rule = organization.rules.get(act.ruleId);
      if (rule === undefined) throw new Error(`There is no rule ${act.ruleId}`);
      organization.rules.delete(rule.id);
      recordRule(organization, rule, 'Delete Rule', by);
    }
  }
}

/** By name or id. @throws Error when there is no such group. */
export function findGroup(organization: Organization, nameOrId: string): Group {
  const group = organization.groups.get(nameOrId.toLowerCase()) ?? findGroupNamed(organization, nameOrId);
  if (group === undefined) throw new Error(`There is no group "${nameOrId}"`);
  return group;
}

function signIn(
  organization: Organization,
  id: string,
  claims: Readonly<Record<string, string>>,
  nowMs: number,
): void {
  const user = organization.principals.get(id);
  if (user?.kind !== 'user') throw new Error('Only users sign in');
  organization.principals.put({ ...user, seen: true, invitationAccepted: true, lastLoginAtMs: nowMs });
  if (!organization.saml) return;
  for (const rule of organization.rules.values()) {
    if (!ruleApplies(rule, claims)) continue;
    const actor = { id: `rule-${rule.id}`, name: `Rule ${rule.name}`, email: null };
    for (const groupId of groupsToAssign(rule)) {
      const group = organization.groups.get(groupId);
      const by = { actor, time: { nowMs, lagMs: 0 } };
      if (group !== undefined) changeMembers(organization, group, { add: [id], remove: [] }, by);
    }
  }
}

function actorOf(
  organization: Organization,
  { name, email }: Readonly<{ name: string; email: string }>,
): Actor {
  const person = organization.principals.named(email).find((one) => one.kind === 'user');
  return { id: person?.id ?? email, name, email };
}
