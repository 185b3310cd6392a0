import type { MovedFact } from '../../../domain/desk/moved-since';
import type { FieldProblem } from '../../../domain/field-problem';
import type { LedgerStore } from '../../../storage/ledger';
import type { ReportStore } from '../../../storage/reports';
import type { SnapshotStore } from '../../../storage/snapshots';
import { namesInStoredSnapshot } from '../../ledger/group-in-stored-snapshot';
import { namesOfPeople } from '../names-of-people';

export type NamesInPlanDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read'>;
  reports: Pick<ReportStore, 'list'>;
  snapshots: Pick<SnapshotStore, 'read'>;
}>;

/** Addresses of people whom the ledger does not know, by key. */
export type NamesOfStrangers = ReadonlyMap<string, string>;

type NamedLine = Readonly<{ personKey?: string; memberId?: string }>;

/** As much as somebody reads of a refusal. */
const MOST_TOLD = 20;

/** What somebody is called: the address in the ledger, else what the newest audit saw, else the directory id. null: nothing is known. */
export async function namesInPlan(
  deps: NamesInPlanDeps,
  alias: string,
  lines: readonly NamedLine[],
  strangers: NamesOfStrangers = new Map(),
): Promise<(line: NamedLine) => string | null> {
  const keys = [...new Set(lines.flatMap(({ personKey }) => personKey ?? []))];
  const names = await namesOfPeople(deps, alias, keys);
  const isOpen = ({ personKey, memberId }: NamedLine): boolean =>
    memberId !== undefined && !names.has(personKey ?? '');
  const users = lines.some(isOpen) ? await namesOfUsers(deps, alias) : new Map<string, string>();
  return ({ personKey = '', memberId = '' }) =>
    names.get(personKey) ??
    strangers.get(personKey) ??
    users.get(memberId) ??
    (memberId === '' ? null : memberId);
}

/** Addresses, names of robots and the like, by directory id, as the newest audit saw them. */
async function namesOfUsers(
  { reports, snapshots }: Pick<NamesInPlanDeps, 'reports' | 'snapshots'>,
  alias: string,
): Promise<ReadonlyMap<string, string>> {
  const latest = (await reports.list(alias)).at(-1);
  const snapshot = latest === undefined ? undefined : await snapshots.read(alias, latest.night);
  return snapshot === undefined ? new Map() : namesInStoredSnapshot(snapshot.parts);
}

/** What moved, by the names of people and groups. */
export async function movedInWords(
  deps: NamesInPlanDeps,
  alias: string,
  moved: readonly MovedFact[],
  strangers?: NamesOfStrangers,
): Promise<readonly FieldProblem[]> {
  const some = moved.slice(0, MOST_TOLD);
  const nameOf = await namesInPlan(deps, alias, some, strangers);
  const told = some.map((one) => ({
    field:
      [nameOf(one), one.at].filter((text) => text !== null && text !== undefined).join(' in ') || one.about,
    problem: one.what,
  }));
  const more = moved.length - some.length;
  return more === 0 ? told : [...told, { field: 'and more', problem: `${more} others` }];
}
