import type { PersonLedger } from '../ledger/person-ledger';
import type { WorkerEvent } from '../ledger/worker-event';
import { personAt } from '../ledger/worker-records';
import { attributesAsked, type OrganizationPolicy } from '../policy';
import { judgeImported, withWord, type ImportContext, type ImportFound } from './judge-imported';
import type { ChangeKind, ComputedPlan, LeftOut, PlanFacts, PlannedChange } from './proposed-plan';

/** What a file of HR says that is not known, as a plan. Lines that contradict each other are left out, each with its number. */
export function planImport(
  found: readonly ImportFound[],
  context: ImportContext,
  isOwn: (personKey: string) => boolean,
): ComputedPlan {
  const { source, organization } = context;
  const changes: PlannedChange[] = [];
  const leftOut: LeftOut[] = [];
  const facts = new Map<string, PlanFacts>();
  const twice = saidTwice(found);
  const said = new Map<string, PersonLedger>();
  let known = 0;
  for (const one of found) {
    const { worker, personKey: key, ledger } = one;
    const place = { at: source.name, personKey: key };
    const leave = (why: string): unknown => leftOut.push({ ...place, why: `line ${worker.line}: ${why}` });
    const other = twice.get(one);
    if (other !== undefined) {
      leave(other);
      continue;
    }
    const verdict = judgeImported({ ...one, ledger: said.get(key) ?? ledger }, context);
    if (verdict.kind === 'known') known += 1;
    else if (verdict.kind === 'left-out') leave(verdict.why);
    else if (isOwn(key)) leave('it is about whoever asked for this plan: somebody else decides it');
    else {
      const { event, gains, loses } = verdict;
      said.set(key, withWord(said.get(key) ?? ledger, event, context));
      changes.push({ ...place, ...changeOf(event, gains, loses), of: event.id });
      facts.set(key, { about: `person:${key}`, facts: factsOf(ledger, context) });
    }
  }
  const unsaid = attributesUnsaid(found, organization);
  return {
    changes,
    leftOut,
    facts: [...facts.values()],
    guards: [],
    notes: [
      `${found.length} lines of ${source.name}, as of ${new Date(context.asOfMs).toISOString()}; ${known} say what is known.`,
      ...(unsaid.length === 0
        ? []
        : [`No line has a value for ${unsaid.join(', ')}, which birthright lines of the policy ask for.`]),
      'Whoever is not in the file stays as they are. What is recorded is followed as any word of HR is: by the modes, under the guards.',
    ],
  };
}

/** One worker id is one person, and two lines of one person are two records, each with an id of its own. */
function saidTwice(found: readonly ImportFound[]): ReadonlyMap<ImportFound, string> {
  const twice = new Map<ImportFound, string>();
  const firsts = new Map<string, ImportFound>();
  const tell = (key: string, one: ImportFound, what: string): void => {
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, one);
      return;
    }
    twice.set(one, `${what} is that of line ${first.worker.line}: neither counts`);
    twice.set(first, `${what} is that of line ${one.worker.line}: neither counts`);
  };
  for (const one of found) {
    const { workerId } = one.worker;
    if (workerId !== undefined) tell(`record ${workerId}`, one, 'the worker id');
  }
  const withoutId = new Set(
    found.flatMap(({ worker, personKey: key }) => (worker.workerId === undefined ? [key] : [])),
  );
  for (const one of found)
    if (withoutId.has(one.personKey)) tell(`person ${one.personKey}`, one, 'the person');
  return twice;
}

function changeOf(
  { kind, attributes }: WorkerEvent,
  gains: readonly string[],
  loses: readonly string[],
): Pick<PlannedChange, 'change' | 'why'> {
  const names = Object.keys(attributes).toSorted();
  const described = names.length === 0 ? 'nothing is said of their work' : `with ${names.join(', ')}`;
  return {
    change: changeByWord(kind, loses),
    why: [
      kind === 'joiner' ? described : `described otherwise, ${described}`,
      ...(gains.length === 0 ? [] : [`a reason for ${gains.toSorted().join(', ')}`]),
      ...(loses.length === 0 ? [] : [`no reason any more for ${loses.toSorted().join(', ')}`]),
    ],
  };
}

/** Whoever was described by their account alone may lose a group by being hired too. */
function changeByWord(kind: WorkerEvent['kind'], loses: readonly string[]): ChangeKind {
  if (loses.length > 0) return 'move-worker-out';
  return kind === 'joiner' ? 'add-worker' : 'move-worker';
}

/** Whether a word is still what a plan said that it is: one that would take more away by now was decided by nobody. */
export function isWhatWasPlanned(
  { change }: Pick<PlannedChange, 'change'>,
  { event, loses }: Readonly<{ event: Pick<WorkerEvent, 'kind'>; loses: readonly string[] }>,
): boolean {
  return change === 'move-worker-out' || change === changeByWord(event.kind, loses);
}

/** What was said of somebody, without what it was: a plan is kept longer than a person who is erased. */
function factsOf(
  ledger: PersonLedger | undefined,
  { nowMs }: ImportContext,
): Readonly<Record<string, string>> {
  const timeline = ledger?.timeline ?? [];
  const lastMs = Math.max(0, ...timeline.map(({ occurredAtMs }) => occurredAtMs));
  return {
    employment: personAt(timeline, nowMs).employment,
    words: String(timeline.length),
    'last word': lastMs === 0 ? 'none' : new Date(lastMs).toISOString(),
  };
}

function attributesUnsaid(
  found: readonly ImportFound[],
  organization: OrganizationPolicy,
): readonly string[] {
  const said = new Set(found.flatMap(({ worker }) => Object.keys(worker.attributes)));
  return [...attributesAsked([organization])].filter((name) => !said.has(name)).toSorted();
}
