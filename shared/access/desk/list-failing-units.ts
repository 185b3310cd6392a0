import type { Clock } from '../../clock';
import type { Subject } from '../../domain/ledger/subject';
import { isMetStill, waitsUntilMs, type Backoff, type Unit } from '../../domain/plan/backoff';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { BackoffStore } from '../../storage/backoffs';
import type { LedgerStore } from '../../storage/ledger';

export type ListFailingUnitsDeps = Readonly<{
  policy: () => Promise<Policy>;
  backoffs: Pick<BackoffStore, 'list'>;
  ledger: Pick<LedgerStore, 'read'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A unit of work that fails by itself and is tried again by itself. `name` is what people call it. */
export type FailingUnit = Readonly<{ kind: Unit['kind']; name: string }> &
  Pick<Backoff, 'code' | 'failures' | 'sinceMs'> &
  Readonly<{ nextTryMs: number }>;

/**
 * Units of an organization that fail now, those that fail longest first.
 *
 * @throws AppError `dead-letter-unknown` for an unknown organization
 */
export async function listFailingUnits(
  deps: ListFailingUnitsDeps,
  organization: string,
): Promise<readonly FailingUnit[]> {
  if (!(await deps.policy()).organizations.has(organization))
    throw new AppError('dead-letter-unknown', 'There is no such organization');
  const nowMs = deps.clock.now();
  const alive = (await deps.backoffs.list(organization)).filter((backoff) => isMetStill(backoff, nowMs));
  const units: FailingUnit[] = [];
  for (const backoff of alive.toSorted((a, b) => a.sinceMs - b.sinceMs)) {
    const { unit, code, failures, sinceMs } = backoff;
    const name = await nameOf(deps, organization, unit);
    units.push({ kind: unit.kind, name, code, failures, sinceMs, nextTryMs: waitsUntilMs(backoff, nowMs) });
  }
  return units;
}

/** The name that the unit has, or that its ledger tells; one whose ledger cannot be read goes by its key. */
async function nameOf(
  { ledger }: Pick<ListFailingUnitsDeps, 'ledger'>,
  organization: string,
  { kind, key, name }: Unit,
): Promise<string> {
  if (kind === 'outcome') {
    const [person = ''] = key.split('/');
    return `${name ?? ''}: ${await nameOf({ ledger }, organization, { kind: 'person', key: person })}`;
  }
  if (name !== undefined) return name;
  if (kind !== 'person' && kind !== 'rule' && kind !== 'entity') return key;
  const subject: Subject<typeof kind> = { organization, kind, key };
  try {
    const value = (await ledger.read(subject))?.value;
    if (value === undefined || ('erased' in value && value.erased !== undefined)) return key;
    return 'email' in value ? value.email : value.name;
  } catch {
    return key;
  }
}
