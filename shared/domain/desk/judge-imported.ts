import { hashOf } from '../canonical-json-hash';
import { fold } from '../fold';
import { addressesOf, emptyPersonLedger, type PersonLedger } from '../ledger/person-ledger';
import { personAccess } from '../ledger/person-access';
import type { Statement, Timeline } from '../ledger/statement';
import type { WorkerEvent } from '../ledger/worker-event';
import { isUnconfirmed } from '../ledger/unconfirmed-records';
import { changesOfPerson, personAt, recordsOf, recordWord } from '../ledger/worker-records';
import { workerAt } from '../ledger/worker-timeline';
import { personKey } from '../person-key';
import type { OrganizationPolicy, SourcePolicy } from '../policy';

/** A line of HR's file: somebody who works. `attributes` are those that the policy asks for and that have a value. */
export type ImportedWorker = Readonly<{
  /** In the file. */
  line: number;
  email: string;
  workerId?: string | undefined;
  attributes: Readonly<Record<string, string>>;
}>;

/** Whom the ledger knows by a line. */
export type ImportFound = Readonly<{
  worker: ImportedWorker;
  personKey: string;
  /** undefined: nobody, or somebody who was erased. */
  ledger: PersonLedger | undefined;
  /** The record is of one person, and the address has a ledger of its own. */
  isAddressOfAnother: boolean;
  /** What was said until then is of somebody who was erased. */
  erasedToMs: number;
  /** What is stored of them cannot be read. */
  isUnreadable: boolean;
}>;

/** Whose words the lines are, and when the file was made. Times are epoch milliseconds. */
export type ImportContext = Readonly<{
  organization: OrganizationPolicy;
  source: SourcePolicy;
  asOfMs: number;
  nowMs: number;
}>;

type ImportVerdict =
  | Readonly<{ kind: 'say'; event: WorkerEvent; gains: readonly string[]; loses: readonly string[] }>
  | Readonly<{ kind: 'known' }>
  | Readonly<{ kind: 'left-out'; why: string }>;

/**
 * What a line says that is not known: that somebody works, or is described otherwise. It brings nobody back who has left, speaks of nobody of whom
 * another source speaks, and overrules nothing that was said after the file was made.
 */
export function judgeImported(found: ImportFound, context: ImportContext): ImportVerdict {
  const { ledger, worker } = found;
  const { source, asOfMs, nowMs } = context;
  const why = whyNotImported(found, context);
  if (why !== undefined) return { kind: 'left-out', why };
  const own = (ledger?.timeline ?? []).filter((word) => isOfRecord(word, source.name, worker.workerId));
  const kind = own.length === 0 ? 'joiner' : 'mover';
  if (kind === 'mover') {
    const isOfOwn = (words: Timeline): boolean => own.some((word) => words.includes(word));
    const record = recordsOf(ledger?.timeline ?? []).find(isOfOwn);
    const { attributes, employment } = workerAt(record ?? own, nowMs);
    if (employment === 'left' || employment === 'expected')
      return {
        kind: 'left-out',
        why: `this employment of theirs ${employment === 'left' ? 'has ended' : 'begins later'}`,
      };
    const differs = Object.entries(worker.attributes).some(([name, value]) => attributes[name] !== value);
    if (!differs) return { kind: 'known' };
    if (own.some(({ occurredAtMs }) => occurredAtMs >= asOfMs))
      return {
        kind: 'left-out',
        why: 'something else was said of them since the file was made: name a later time where it is newer',
      };
  }
  if (!source.may.has(kind))
    return { kind: 'left-out', why: `the policy does not let the source ${source.name} say a ${kind}` };
  const event = toEvent(worker, kind, context);
  const said = withWord(ledger, event, context);
  if (ledger !== undefined && takesBack(ledger.timeline, said.timeline, nowMs))
    return {
      kind: 'left-out',
      why: 'they are away or will leave, by what HR said: that this is off is said by HR',
    };
  const before = groupsOf(ledger, context);
  const after = groupsOf(said, context);
  return {
    kind: 'say',
    event,
    gains: [...after].filter((group) => !before.has(group)),
    loses: [...before].filter((group) => !after.has(group)),
  };
}

function whyNotImported(
  { ledger, worker, isAddressOfAnother, erasedToMs, isUnreadable }: ImportFound,
  { source, asOfMs, nowMs }: ImportContext,
): string | undefined {
  if (isUnreadable) return 'what is stored of them cannot be read';
  if (isAddressOfAnother) return 'the worker id is of one person and the address of another';
  if (asOfMs <= erasedToMs) return 'what the file says is of somebody who was erased';
  if (ledger === undefined) return undefined;
  if (ledger.unconfirmed !== undefined || ledger.replaced !== undefined)
    return 'somebody has to say first whose an address or account is';
  const { employment } = personAt(ledger.timeline, nowMs);
  if (employment === 'left') return 'they have left: that they are back is said by HR, not by a file';
  if (employment === 'expected') return 'they begin later, by what HR said';
  const other = ledger.timeline.find(({ of, source: name }) => of !== 'account' && name !== source.name);
  if (other !== undefined) return `${other.source ?? 'another source'} speaks of them`;
  const isOfWork = ledger.timeline.some(({ of }) => of !== 'account');
  if (isOfWork && !addressesOf(ledger).includes(fold(worker.email)))
    return 'the worker is known under another address: that it changed is said by HR';
  const { workerId } = worker;
  if (workerId === undefined)
    return ledger.timeline.some((word) => word.workerId !== undefined)
      ? 'their records have worker ids, and the line has none'
      : undefined;
  return isUnconfirmed(ledger, { source: source.name, workerId })
    ? 'they have another worker id: that both are of one person is said by HR'
    : undefined;
}

/** A hire said later takes back that somebody is away, or an end that is announced. */
function takesBack(before: Timeline, after: Timeline, nowMs: number): boolean {
  const isBack = (atMs: number): boolean => {
    const { employment } = personAt(before, atMs);
    return (
      (employment === 'left' || employment === 'absent') && personAt(after, atMs).employment !== employment
    );
  };
  return [nowMs, ...changesOfPerson(before).filter((atMs) => atMs > nowMs)].some(isBack);
}

/** A line without a worker id is about the only record of its source. */
function isOfRecord(word: Statement, source: string, workerId: string | undefined): boolean {
  return word.of === undefined && word.source === source && word.workerId === workerId;
}

/** Of the word that a line becomes: the same line of the same day is the same word. */
export function importedWordId(
  { email, workerId, attributes }: ImportedWorker,
  { source, asOfMs }: Pick<ImportContext, 'source' | 'asOfMs'>,
): string {
  return `import/${hashOf([source.name, workerId ?? null, fold(email), attributes, asOfMs]).slice(0, 32)}`;
}

function toEvent(worker: ImportedWorker, kind: 'joiner' | 'mover', context: ImportContext): WorkerEvent {
  const { email, workerId, attributes } = worker;
  const { organization, asOfMs } = context;
  return {
    id: importedWordId(worker, context),
    kind,
    organization: organization.alias,
    worker: { email, workerId, timeZone: undefined },
    occurredAtMs: asOfMs,
    effective: { kind: 'at-once' },
    attributes,
    blanked: [],
  };
}

/** The ledger of somebody once a line of theirs is recorded. */
export function withWord(
  ledger: PersonLedger | undefined,
  { id, kind, occurredAtMs, attributes, worker: { email, workerId } }: WorkerEvent,
  { source, nowMs }: ImportContext,
): PersonLedger {
  const known = ledger ?? emptyPersonLedger(fold(email));
  const word: Statement = {
    id,
    kind,
    occurredAtMs,
    effectiveAtMs: occurredAtMs,
    attributes,
    source: source.name,
    ...(workerId === undefined ? {} : { workerId }),
    under: personKey(fold(email)),
  };
  return { ...known, timeline: recordWord(known.timeline, word, nowMs).timeline };
}

/** Also what would be kept for some days of grace is lost. */
function groupsOf(
  ledger: PersonLedger | undefined,
  { organization, nowMs }: ImportContext,
): ReadonlySet<string> {
  if (ledger === undefined) return new Set();
  const { reasons } = personAccess(ledger, { ...organization, mover: { graceDays: 0 } }, nowMs);
  return new Set(reasons.map(({ group }) => organization.groups.get(group)?.name ?? group));
}
