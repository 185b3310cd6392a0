import * as fc from 'fast-check';
import type { Policy } from '../../shared/domain/policy';
import { AppError, errorCodeOf } from '../../shared/errors';
import { PROBLEMS } from '../../shared/http/problem-response';
import { parsePolicy } from '../../shared/policy/parse-policy';
import type { BodyType } from '../../shared/webhooks/parse-posted-body';
import { webhookFormatOf } from '../../shared/webhooks/format-registry';
import type { WebhookFormat } from '../../shared/webhooks/webhook-format';
import { HR_API_SECRET } from '../../sandbox/vendors/demo-sources';
import { startHrApi } from '../../sandbox/vendors/hr-api';
import type { ReceivedPosting } from '../fixtures/webhooks/delivery-world';
import { createSenderWorld, type SenderWorld } from '../fixtures/webhooks/sender-world';
import { ANA, policyOf, postingOf, textOf, type VendorSender } from '../fixtures/webhooks/vendor-senders';
import { withBytesChanged, withHeadersChanged } from './alterations';
import { byteChanges, headerChanges, treeChanges, type ByteChange, type HeaderChange } from './arbitraries';
import { changed, toForm, toJson, toMarkup, toTags, toTree, type TreeChange } from './json-tree';
import { requireLeft } from './clear-leaving';
import { requireEnd, requireStart } from './ends-and-starts';
import { provesTheSame } from './proof-of-origin';

/** What is done to a delivery. `said` and `written` are signed afterwards, as an authentic sender would; the others are not. */
type FuzzCase =
  | Readonly<{ kind: 'said'; changes: readonly TreeChange[]; asForm: boolean }>
  | Readonly<{ kind: 'written'; changes: readonly ByteChange[] }>
  | Readonly<{ kind: 'altered'; changes: readonly ByteChange[] }>
  | Readonly<{ kind: 'headers'; changes: readonly HeaderChange[] }>
  | Readonly<{ kind: 'record'; changes: readonly TreeChange[] }>;

export type FuzzResult = Readonly<{
  cases: number;
  /** How many ended how: `accepted`, `ignored`, or the code of the refusal. */
  endings: ReadonlyMap<string, number>;
  slowestMs: number;
  /** What does not hold, and the smallest case that shows it. */
  violation: string | undefined;
}>;

type Options = Readonly<{ runs: number; seed: number; onCase?: () => void }>;

/** Plays generated deliveries of one sender until one of them breaks a property. */
export async function fuzzSource(sender: VendorSender, { runs, seed, onCase }: Options): Promise<FuzzResult> {
  const endings = new Map<string, number>();
  let cases = 0;
  let slowestMs = 0;
  const stage = await openStage(sender);
  const property = fc.asyncProperty(casesOf(sender), async (fuzzed) => {
    const startedAtMs = performance.now();
    const ending = await endingOf(stage, fuzzed);
    slowestMs = Math.max(slowestMs, performance.now() - startedAtMs);
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    cases += 1;
    onCase?.();
  });
  try {
    const details = await fc.check(property, { numRuns: runs, seed, verbose: 0 });
    const violation = details.failed
      ? `${String(details.errorInstance)}\n${fc.defaultReportMessage(details)}`
      : undefined;
    return { cases, endings, slowestMs, violation };
  } finally {
    await stage.close();
  }
}

function casesOf(sender: VendorSender): fc.Arbitrary<FuzzCase> {
  const of = <K extends FuzzCase['kind']>(kind: K) => fc.constant(kind);
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: of('said'), changes: treeChanges, asForm: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.record({ kind: of('written'), changes: byteChanges }) },
    { weight: 4, arbitrary: fc.record({ kind: of('altered'), changes: byteChanges }) },
    { weight: 4, arbitrary: fc.record({ kind: of('headers'), changes: headerChanges }) },
    ...(sender.fetchBack === undefined
      ? []
      : [{ weight: 6, arbitrary: fc.record({ kind: of('record'), changes: treeChanges }) }]),
  );
}

type Stage = Readonly<{
  sender: VendorSender;
  format: WebhookFormat;
  policy: Policy;
  /** Has the sender's own API answer so from now on. */
  alterAnswers: (alter: (text: string) => string) => void;
  /** What is recorded of a delivery as it should be. */
  ownWord: string;
  close: () => Promise<void>;
}>;

async function openStage(sender: VendorSender): Promise<Stage> {
  const format = webhookFormatOf(sender.feed, sender.format);
  if (format === undefined) throw new Error(`There is no format ${sender.format}`);
  let alter = (text: string): string => text;
  const api = await startHrApi({ secret: HR_API_SECRET.value, alter: (text) => alter(text) });
  api.put(ANA);
  const settings = sender.settings.replace('https://vendor.example', api.baseUrl);
  const policy = parsePolicy(policyOf(sender, settings), 'policy.yaml', { development: true });
  const world = worldOf({ sender, policy });
  await world.deliver(postingOf(sender));
  if (world.outcomes()[0] !== 'recorded') throw new Error(`A delivery of ${sender.format} is not recorded`);
  return {
    sender,
    format,
    policy,
    ownWord: wordOf(world),
    alterAnswers: (next) => {
      alter = next;
    },
    close: api.close,
  };
}

function worldOf({ sender, policy }: Pick<Stage, 'sender' | 'policy'>): SenderWorld {
  const secrets = { 'vendor-api': { current: HR_API_SECRET.value, previous: undefined } };
  return createSenderWorld(sender, { policy, secrets, deps: {} });
}

/** How a case ends. @throws Error when it breaks a property */
async function endingOf(stage: Stage, fuzzed: FuzzCase): Promise<string> {
  const own = postingOf(stage.sender);
  const posting = fuzzed.kind === 'record' ? own : postingFor(stage, fuzzed);
  stage.alterAnswers(
    fuzzed.kind === 'record' ? (text) => toJson(mutated(JSON.parse(text), fuzzed.changes)) : String,
  );
  const world = worldOf(stage);
  const ending = await accept(world, posting);
  if (!mayEndSo(stage, fuzzed.kind, posting, ending)) throw new Error(`A forged delivery is ${ending}`);
  if (ending !== 'accepted') {
    if (world.outcomes().length > 0) throw new Error('Something is followed that was not accepted');
    requireRefusalKept(world, fuzzed.kind, ending);
    return ending;
  }
  const atOnce = await accept(world, posting);
  if (atOnce !== 'duplicate') throw new Error(`The same delivery again at once is ${atOnce}`);
  const outcome = await world.work().then(
    () => 'accepted',
    (error: unknown) => codeOf('processing', error),
  );
  const recorded = world.evidence.length;
  // Of Rippling equal events are one until they are looked up.
  const again = stage.sender.format === 'rippling' ? 'duplicate' : await accept(world, posting);
  if (again !== 'duplicate') throw new Error(`The same delivery again is ${again}`);
  if (outcome === 'accepted') await world.work();
  if (world.evidence.length !== recorded) throw new Error('The same delivery again is recorded again');
  const isRead = fuzzed.kind !== 'headers' || wordOf(world) === stage.ownWord;
  if (!isRead) throw new Error('What is recorded depends on a header that is not signed');
  if (fuzzed.kind === 'said')
    for (const require of [requireLeft, requireEnd, requireStart])
      await require(stage.sender, (body) => JSON.parse(toJson(mutated(body, fuzzed.changes))) as unknown);
  for (const name in {}) throw new Error(`Every object has a member ${name} now`);
  return outcome === 'accepted' ? (world.outcomes()[0] ?? 'nothing') : outcome;
}

/** What is authentic and refused is kept, once; of a forgery nothing is. */
function requireRefusalKept(world: SenderWorld, kind: FuzzCase['kind'], ending: string): void {
  const kept = world.refused.length;
  const isAuthentic = kind === 'said' || kind === 'written';
  const isForgery = ending === 'signature-invalid' || ending === 'body-too-large';
  if (isForgery && kept > 0 && !isAuthentic) throw new Error('A forged delivery is kept');
  if (isAuthentic && !isForgery && ending !== 'ignored' && kept !== 1)
    throw new Error(`An authentic delivery is ${ending}, and kept ${kept} times`);
}

/** What is in the evidence, whatever the delivery is called. */
function wordOf(world: SenderWorld): string {
  return JSON.stringify(world.evidence, (name, value: unknown) =>
    name === 'deliveryId' ? undefined : value,
  );
}

async function accept(world: SenderWorld, posting: ReceivedPosting): Promise<string> {
  try {
    const { duplicate, ignored } = await world.accept(posting);
    return ignored ? 'ignored' : duplicate ? 'duplicate' : 'accepted';
  } catch (error) {
    const code = codeOf('accepting', error);
    if (PROBLEMS[errorCodeOf(error)].status >= 500)
      throw new Error(`A sender is told ${code}`, { cause: error });
    return code;
  }
}

function codeOf(phase: string, error: unknown): string {
  if (error instanceof AppError) return error.code;
  throw new Error(`${phase} throws what has no code: ${String(error)}`, { cause: error });
}

/** Whatever was altered after it was signed, or shown with another token, is refused. */
function mayEndSo(
  { sender, format }: Stage,
  kind: FuzzCase['kind'],
  posting: ReceivedPosting,
  ending: string,
): boolean {
  if (kind === 'said' || kind === 'written' || kind === 'record') return true;
  const own = postingOf(sender);
  const isRefused = ['signature-invalid', 'content-type-unsupported', 'body-too-large'].includes(ending);
  const isSameBody = Buffer.from(posting.body).equals(Buffer.from(own.body));
  const isProved = provesTheSame(format, new Headers(posting.headers), new Headers(own.headers));
  return isRefused || (isProved && (isSameBody || format.credential.trust !== 'signed'));
}

function postingFor(stage: Stage, fuzzed: Exclude<FuzzCase, { kind: 'record' }>): ReceivedPosting {
  const { sender } = stage;
  const own = postingOf(sender);
  switch (fuzzed.kind) {
    case 'said':
      return said(stage, fuzzed);
    case 'written':
      return postingOf(sender, { body: withBytesChanged(Buffer.from(own.body), fuzzed.changes) });
    case 'altered':
      return { ...own, body: withBytesChanged(Buffer.from(own.body), fuzzed.changes) };
    case 'headers':
      return { ...own, headers: withHeadersChanged(Object.entries(own.headers), fuzzed.changes) };
  }
}

const formType: BodyType = 'application/x-www-form-urlencoded';

function said(
  { sender, format }: Stage,
  { changes, asForm }: Extract<FuzzCase, { kind: 'said' }>,
): ReceivedPosting {
  if (sender.bodyType === 'xml')
    return postingOf(sender, { body: toMarkup(changes.reduce(changed, toTags(textOf(sender)))) });
  const tree = mutated(sender.body, changes);
  const [onlyType] = format.bodyTypes;
  const isForm = format.bodyTypes.includes(formType) && (asForm || onlyType === formType);
  if (!isForm) return postingOf(sender, { body: toJson(tree) });
  const pairs = sender.format === 'github' ? [['payload', toJson(tree)] as const] : toForm(tree);
  const body = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();
  return postingOf(sender, { body, headers: { 'content-type': formType } });
}

function mutated(value: unknown, changes: readonly TreeChange[]) {
  return changes.reduce(changed, toTree(value));
}
