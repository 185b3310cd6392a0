import { parseDocument } from 'yaml';
import { canonicalJson } from '../domain/canonical-json-hash';
import type { PolicyChange, PolicyChanges } from '../domain/policy-version';
import { PolicyFileSchema, type PolicyFile } from './policy-schema';

type OrganizationEntry = PolicyFile['organizations'][string];
type Named = ReadonlyMap<string, unknown>;

const MOST_CHANGES = 50;
const MOST_KEYS = 8;
const LONGEST_KEY = 100;

/** What one version of the policy file changes of another, by organization. */
export type PolicyComparison = Readonly<{
  /** Organizations of either version. */
  organizations: readonly string[];
  changesOf: (alias: string) => PolicyChanges;
}>;

/** undefined: one of them is not read by this version of the application. */
export function comparePolicies(before: string, after: string): PolicyComparison | undefined {
  const [one, other] = [fileIn(before), fileIn(after)];
  if (one === undefined || other === undefined) return undefined;
  return {
    organizations: [...new Set([one, other].flatMap(({ organizations }) => Object.keys(organizations)))],
    changesOf: (alias) => {
      const changed = changesOf(one, other, alias);
      const more = changed.length - MOST_CHANGES;
      return { changed: changed.slice(0, MOST_CHANGES), ...(more > 0 ? { more } : {}) };
    },
  };
}

function fileIn(text: string): PolicyFile | undefined {
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false });
  if (document.errors.length > 0) return undefined;
  try {
    return PolicyFileSchema.safeParse(document.toJS()).data;
  } catch {
    return undefined;
  }
}

function changesOf(before: PolicyFile, after: PolicyFile, alias: string): readonly PolicyChange[] {
  const [one, other] = [before.organizations[alias], after.organizations[alias]];
  if (one === undefined || other === undefined) {
    if (one === other) return [];
    return [{ section: 'organization', change: one === undefined ? 'added' : 'removed' }];
  }
  return [
    ...changesOfOrganization(one, other),
    ...changesOfNamed('sources', sourcesOf(before, alias), sourcesOf(after, alias)),
  ];
}

function changesOfOrganization(before: OrganizationEntry, after: OrganizationEntry): readonly PolicyChange[] {
  const [one, other] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const sections = [...new Set([...one.keys(), ...other.keys()])].filter(
    (section) => !isSame(one.get(section), other.get(section)),
  );
  return sections.flatMap((section): readonly PolicyChange[] => {
    const [was, is] = [namedIn(before, section), namedIn(after, section)];
    const named = was === undefined || is === undefined ? [] : changesOfNamed(section, was, is);
    if (named.length > 0) return named;
    return [
      { section, change: 'changed', ...withKeys(keysThatDiffer(one.get(section), other.get(section))) },
    ];
  });
}

/** The things of a section that have names; undefined: it has none. */
function namedIn(entry: OrganizationEntry, section: string): Named | undefined {
  if (section === 'groups') return new Map(Object.entries(entry.groups));
  if (section === 'birthright') return new Map(entry.birthright.map((line) => [line.name, line]));
  if (section === 'notify') return new Map(entry.notify.map((receiver) => [receiver.name, receiver]));
  if (section === 'separationOfDuties')
    return new Map(entry.separationOfDuties.map((pair) => [pair.join(' and '), pair]));
  return undefined;
}

/** Those that may speak about the organization. */
function sourcesOf({ sources }: PolicyFile, alias: string): Named {
  return new Map(
    (['hr', 'tickets'] as const).flatMap((feed) =>
      Object.entries(sources[feed]).flatMap(([name, source]) =>
        source.organizations?.includes(alias) === false ? [] : [[`${feed}/${name}`, source] as const],
      ),
    ),
  );
}

function changesOfNamed(section: string, before: Named, after: Named): readonly PolicyChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name): readonly PolicyChange[] => {
    if (!before.has(name)) return [{ section, name, change: 'added' }];
    if (!after.has(name)) return [{ section, name, change: 'removed' }];
    const [one, other] = [before.get(name), after.get(name)];
    if (isSame(one, other)) return [];
    return [{ section, name, change: 'changed', ...withKeys(keysThatDiffer(one, other)) }];
  });
}

/** The keys under which two values are not the same, two levels deep. */
function keysThatDiffer(before: unknown, after: unknown, depth = 2): readonly string[] {
  if (depth === 0 || !isKeyed(before) || !isKeyed(after)) return [];
  const [one, other] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((key) => !isSame(one.get(key), other.get(key)))
    .flatMap((key) => {
      const inner = keysThatDiffer(one.get(key), other.get(key), depth - 1);
      return inner.length === 0 ? [key] : inner.map((name) => `${key}.${name}`);
    });
}

function withKeys(keys: readonly string[]): Readonly<{ keys?: readonly string[] }> {
  return keys.length === 0 ? {} : { keys: keys.slice(0, MOST_KEYS).map((key) => key.slice(0, LONGEST_KEY)) };
}

function isKeyed(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson([one]) === canonicalJson([other]);
}
