import { isMap, isScalar, Pair, parseDocument, Scalar, type YAMLMap } from 'yaml';
import { z } from 'zod';
import type { OrganizationInventory } from '../domain/desk/organization-inventory';
import { fold } from '../domain/fold';
import { isGuid } from '../domain/guid';
import { ADMINISTRATORS_GROUP_ID, EVERYONE_GROUP_ID } from '../domain/plan/hard-stops';
import { MACHINE_KINDS } from '../domain/member-kind';
import { isPrivilegedByName } from '../domain/policy';
import { compare, leaveOut, partOf, type Draft, type DraftedPolicy } from './policy-draft';
import { canBeKey, commentText, createYamlWriter, flow, listUnder, mapUnder, textIn } from './yaml-writer';

const LONGEST_NAME = 200;
const LONGEST_RULE = 500;
const AddressSchema = z.email();

/**
 * A policy file that has all of an organization as it is, made from one that is valid and names the organization: in observe, with every
 * group in observe, and rules, access policy and administrators as agreed. What the file says already stays as it is.
 */
export function draftPolicy(given: string, inventory: OrganizationInventory): DraftedPolicy {
  const document = parseDocument(given, { uniqueKeys: false, prettyErrors: false });
  const { text: write, toString } = createYamlWriter(given);
  const organization = document.getIn(['organizations', inventory.organization], true);
  if (!isMap(organization)) throw new Error('The policy names no such organization');
  organization.flow = false;
  const organizations = document.get('organizations', true);
  if (isMap(organizations)) organizations.flow = false;
  const draft: Draft = { organization, write, leftOut: [], notRead: [] };
  noteOrigin(draft, inventory);
  const groups = draftGroups(draft, inventory);
  const rules = draftRules(draft, inventory);
  const entries = draftEntries(draft, inventory);
  const administrators = draftAdministrators(draft, inventory);
  const { leftOut, notRead } = draft;
  return { text: toString(document), groups, rules, entries, administrators, leftOut, notRead };
}

/** In observe nothing is written, whatever else the file says. */
function noteOrigin({ organization }: Draft, { from, takenAtMs }: OrganizationInventory): void {
  if (organization.get('mode') !== 'observe') {
    const mode = new Scalar('observe');
    mode.comment = ' nothing is written to UiPath: see what would be, then enforce';
    if (organization.has('mode')) organization.set('mode', mode);
    else organization.items.unshift(new Pair(new Scalar('mode'), mode));
  }
  const at = new Date(takenAtMs).toISOString();
  const source = from === 'audit' ? `as the audit of ${at} saw it` : `as UiPath had it at ${at}`;
  organization.commentBefore = [
    ...(typeof organization.commentBefore === 'string' ? [organization.commentBefore] : []),
    ` Groups, rules, access policy and administrators ${source}.`,
  ].join('\n');
}

function draftGroups(draft: Draft, { groups }: OrganizationInventory): number {
  const listed = partOf(draft, 'groups', groups);
  if (listed === undefined) return 0;
  const map = mapUnder(draft.organization, 'groups');
  const known = new Set(map.items.map(({ key }) => fold(String(isScalar(key) ? key.value : key))));
  let count = 0;
  for (const { id, name } of listed.toSorted((a, b) => compare(a.name, b.name))) {
    if (id === EVERYONE_GROUP_ID) continue;
    const key = name.trim();
    const why = known.has(fold(key)) ? undefined : whyNoKey(key);
    if (why !== undefined) leaveOut(draft, map, { what: 'group', name, why });
    else if (!known.has(fold(key))) {
      const isPrivileged = id === ADMINISTRATORS_GROUP_ID || isPrivilegedByName(key);
      map.items.push(
        new Pair(
          draft.write(key),
          flow([['mode', 'observe'], ...(isPrivileged ? [['privileged', true] as const] : [])]),
        ),
      );
      known.add(fold(key));
      count += 1;
    }
  }
  noteTwins(draft, map, listed);
  return count;
}

/** The policy knows one group by each name. */
function noteTwins(
  draft: Draft,
  map: YAMLMap,
  listed: ReadonlyArray<Readonly<{ id: string; name: string }>>,
): void {
  const seen = new Set<string>();
  for (const { name } of listed) {
    if (seen.has(fold(name)))
      leaveOut(draft, map, {
        what: 'group',
        name,
        why: 'UiPath has several groups of this name: rename all but one',
      });
    seen.add(fold(name));
  }
}

function whyNoKey(name: string): string | undefined {
  if (name === '') return 'it has no name';
  if (name.length > LONGEST_NAME) return `its name has more than ${LONGEST_NAME} characters`;
  if (/[\n\r\u2028\u2029]/.test(name)) return 'its name has several lines';
  if (/\p{Cs}/u.test(name) || !canBeKey(name)) return 'its name has characters that no policy can have';
  return undefined;
}

function draftRules(draft: Draft, { rules }: OrganizationInventory): number {
  const listed = partOf(draft, 'rules', rules);
  if (listed === undefined || listed.length === 0) return 0;
  const baseline = listUnder(mapUnder(draft.organization, 'rules'), 'baseline');
  const known = new Set(baseline.items.map((item) => fold(textIn(item, 'name'))));
  let count = 0;
  for (const { name } of listed.toSorted((a, b) => compare(a.name, b.name))) {
    const text = name.trim();
    if (known.has(fold(text))) continue;
    known.add(fold(text));
    const why = whyNoText(text, LONGEST_RULE);
    if (why === undefined) {
      baseline.items.push(flow([['name', draft.write(text)]]));
      count += 1;
    } else leaveOut(draft, baseline, { what: 'rule', name, why });
  }
  return count;
}

function draftEntries(draft: Draft, { accessPolicy }: OrganizationInventory): number {
  const listed = partOf(draft, 'access policy', accessPolicy);
  // Without an entry it cannot be told from a list that is not shown, and a baseline would make each entry a finding.
  if (listed === undefined || listed.length === 0) return 0;
  const baseline = listUnder(mapUnder(draft.organization, 'accessPolicy'), 'baseline');
  const known = new Set(
    baseline.items.map((item) => keyOf(textIn(item, 'entityType'), textIn(item, 'name'))),
  );
  let count = 0;
  for (const { entityType, name } of listed.toSorted(
    (a, b) => compare(a.entityType, b.entityType) || compare(a.name, b.name),
  )) {
    const text = name.trim();
    if (known.has(keyOf(entityType, text))) continue;
    known.add(keyOf(entityType, text));
    const why = whyNoText(text, LONGEST_NAME);
    if (why === undefined) {
      baseline.items.push(
        flow([
          ['entityType', entityType],
          ['name', draft.write(text)],
        ]),
      );
      count += 1;
    } else leaveOut(draft, baseline, { what: 'entry', name, why });
  }
  return count;
}

function keyOf(entityType: string, name: string): string {
  return JSON.stringify([entityType, fold(name)]);
}

function whyNoText(text: string, longest: number): string | undefined {
  if (text === '') return 'it has no name';
  if (text.length > longest) return `its name has more than ${longest} characters`;
  return /\p{Cs}/u.test(text) ? 'its name has characters that no policy can have' : undefined;
}

/** People are agreed to by their addresses; what acts by a secret leaves no company and is protected by its id. */
function draftAdministrators(draft: Draft, { administrators }: OrganizationInventory): number {
  const listed = partOf(draft, 'administrators', administrators);
  if (listed === undefined) return 0;
  const sorted = listed.toSorted((a, b) => compare(a.name ?? '', b.name ?? '') || compare(a.id, b.id));
  const machines = sorted.filter(({ id, kind }) => MACHINE_KINDS.has(kind) && isGuid(id));
  let added = machines.length > 0 ? protect(draft, machines) : 0;
  const others = sorted.filter(({ kind }) => !MACHINE_KINDS.has(kind));
  const people = others.filter(({ name }) => isAddress(name));
  const audit = people.length > 0 ? mapUnder(draft.organization, 'audit') : undefined;
  if (audit !== undefined && !audit.has('administrators')) {
    const list = listUnder(mapUnder(audit, 'administrators'), 'people');
    for (const { name } of people) list.items.push(draft.write(name ?? ''));
    added += people.length;
    list.commentBefore = ' Whoever is in Administrators today: strike out whom nobody agreed to.';
  }
  const at = audit ?? draft.organization;
  for (const { id, kind, name } of others.filter((one) => !isAddress(one.name)))
    leaveOut(draft, at, {
      what: 'administrator',
      name: name ?? id,
      why: kind === 'directory-group' ? 'it is a group of the directory' : 'UiPath tells no address of it',
    });
  return added;
}

function isAddress(name: string | null): boolean {
  return name !== null && AddressSchema.safeParse(name).success;
}

/** Returns how many were not protected before. */
function protect(
  draft: Draft,
  machines: ReadonlyArray<Readonly<{ id: string; kind: string; name: string | null }>>,
): number {
  let added = 0;
  const list = listUnder(draft.organization, 'protectedPrincipals');
  const known = new Set(list.items.map((item) => String(isScalar(item) ? item.value : item).toLowerCase()));
  for (const { id, kind, name } of machines) {
    if (known.has(id.toLowerCase())) continue;
    const item = new Scalar(id.toLowerCase());
    item.comment = ` ${commentText(name ?? 'its name is not known')}, ${kind} in Administrators`;
    list.items.push(item);
    added += 1;
  }
  return added;
}
