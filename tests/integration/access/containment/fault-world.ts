import { manualClock } from '../../../fakes/manual-clock';
import { acceptDelivery } from '../../../../shared/access/intake/accept-delivery';
import { processDelivery } from '../../../../shared/access/intake/process-delivery';
import { auditWhenPossible } from '../../../../shared/access/audit/audit-when-possible';
import { startAudit } from '../../../../shared/access/audit/start-audit';
import { sweepDueAndPendingWork } from '../../../../shared/access/sweep-due-and-pending-work';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { AppError, errorCodeOf } from '../../../../shared/errors';
import type { Log } from '../../../../shared/log-interface';
import type { Feed } from '../../../../shared/domain/policy';
import { parsePolicy } from '../../../../shared/policy/parse-policy';
import type { UiPathSandbox } from '../../../../sandbox/uipath/sandbox-controls';
import { signedHeaders } from '../../../fakes/signed-delivery';
import { createInstance, secretsOf, type Instance } from '../../../fixtures/engine-instance';
import { createMessages, type QueuedMessage } from '../../../fixtures/engine-messages';
import type { Stage } from '../../../chaos/play';
import { CREDENTIALS, policyText, SEEDS } from './fault-organizations';
import { interferingFetch, mortal, type DiesAfter, type RequestFault } from './interference';
import { openFaultyStorage, type FaultyStorage } from './storage-faults';

export const TICK_MS = 30_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.parse('2026-03-02T08:00:00Z');
/** As in host.json. */
const MOST_TRIES = 5;
const VISIBLE_AGAIN_MS = 30_000;
const SENDER_RETRY_MS = 5 * MINUTE_MS;

type Fields = Readonly<Record<string, unknown>>;

/** Two organizations and the application that governs them, living through time as Azure brings it. */
export type FaultWorld = Readonly<{
  uipath: UiPathSandbox;
  storage: FaultyStorage;
  app: Instance;
  now: () => number;
  log: ReadonlyArray<Parameters<Log>[0]>;
  /** Sends a body of the standard contract. A sender that is not answered well sends again every five minutes. */
  post: (feed: Feed, source: string, body: Fields) => Promise<void>;
  /** Time passes: a tick each thirty seconds, unless told otherwise, and every message when it is due. */
  live: (ms: number, tickMs?: number) => Promise<void>;
  /** Begins the audits of a night. */
  audit: () => Promise<void>;
  /** From now on `fault` answers for UiPath; returns how to end it. */
  interfere: (fault: RequestFault) => () => void;
  /** From now on a secret is missing; returns how to bring it back. */
  loseSecret: (name: string) => () => void;
  /** From now on the process of a tick dies right after such a step; returns how to end it. */
  killTicks: (diesAfter: DiesAfter) => () => void;
  /** Messages and ticks that ended in an error, as `what: code`. */
  failures: readonly string[];
  queued: () => readonly QueuedMessage[];
}>;

/** Begins a world of its own on a stage that was used before. */
export function openFaultWorld(stage: Stage): FaultWorld {
  const { uipath } = stage;
  const clock = manualClock(START_MS);
  stage.clock.current = clock;
  uipath.reset();
  for (const seed of SEEDS) uipath.addOrganization(seed);
  const policy = parsePolicy(policyText(uipath.identityBaseUrl), 'policy.yaml', { development: true });
  const storage = openFaultyStorage();
  const messages = createMessages(clock);
  const log: Array<Parameters<Log>[0]> = [];
  const failures: string[] = [];
  const requestFaults = new Set<RequestFault>();
  const lostSecrets = new Set<string>();
  const secrets = secretsOf(() => policy, CREDENTIALS);
  const app = createInstance({
    clock,
    storage,
    credentials: CREDENTIALS,
    quotaRules: {},
    queues: messages.queues,
    policy: () => policy,
    log: (line) => {
      log.push(line);
    },
    uipathFetch: interferingFetch(uipath.fetch, requestFaults),
    secretStore: {
      read: async (name) => {
        if (lostSecrets.has(name)) throw new AppError('secret-missing', 'There is no such secret');
        return secrets.read(name);
      },
    },
  });

  let diesAfter: DiesAfter | undefined;
  let ticks = 0;
  let letters: ReadonlyArray<Readonly<{ dueAtMs: number; send: () => Promise<void> }>> = [];
  let sent = 0;
  const triesOf = new Map<object, number>();

  const handle = async ({ queue, message }: QueuedMessage): Promise<void> => {
    if (queue === 'deliveries') await processDelivery(app, message);
    else if (queue === 'changes') await applyChanges(app, message);
    else await auditWhenPossible({ ...app, uipath: app.auditUiPath }, message);
  };
  /** As the platform does it: a message that fails comes back, and after its last try it is poison. */
  const giveBack = async (entry: QueuedMessage, error: unknown): Promise<void> => {
    const { queue, message } = entry;
    const code = errorCodeOf(error);
    failures.push(`${queue}: ${code}`);
    const tries = (triesOf.get(message) ?? 0) + 1;
    triesOf.set(message, tries);
    if (tries < MOST_TRIES) {
      if (queue === 'deliveries') await messages.queues.enqueueDelivery(message, 'normal', VISIBLE_AGAIN_MS);
      else if (queue === 'changes') await messages.queues.enqueueChanges(message, VISIBLE_AGAIN_MS);
      else await messages.queues.enqueueAudit(message, VISIBLE_AGAIN_MS);
    } else if (queue === 'deliveries')
      await app.deadDeliveries.fail(message, { code, tries, atMs: clock.now() }).catch((cause: unknown) => {
        failures.push(`dead delivery: ${errorCodeOf(cause)}`);
      });
  };
  const work = async (): Promise<void> => {
    const due = letters.filter(({ dueAtMs }) => dueAtMs <= clock.now());
    letters = letters.filter((letter) => !due.includes(letter));
    for (const { send } of due) await send();
    for (let next = messages.takeDue(); next !== undefined; next = messages.takeDue())
      try {
        await handle(next);
      } catch (error) {
        await giveBack(next, error);
      }
  };
  const tick = async (): Promise<void> => {
    ticks += 1;
    const instance = diesAfter === undefined ? app : mortal(app, ticks, diesAfter, failures);
    try {
      await sweepDueAndPendingWork(instance);
    } catch (error) {
      failures.push(`tick: ${errorCodeOf(error)}`);
    }
  };
  const deliver = async (feed: Feed, source: string, text: string, id: string): Promise<void> => {
    try {
      await acceptDelivery(app, {
        feed,
        source,
        headers: new Headers(signedHeaders(text, { id, atMs: clock.now() })),
        rawBody: Buffer.from(text),
        receivedAtMs: clock.now(),
      });
    } catch (error) {
      failures.push(`${feed}/${source}: ${errorCodeOf(error)}`);
      const send = async (): Promise<void> => deliver(feed, source, text, id);
      letters = [...letters, { dueAtMs: clock.now() + SENDER_RETRY_MS, send }];
    }
  };

  return {
    uipath,
    storage,
    app,
    now: clock.now,
    log,
    failures,
    queued: messages.waiting,
    post: async (feed, source, body) => {
      sent += 1;
      const occurredAt = new Date(clock.now()).toISOString();
      const text = JSON.stringify({ schemaVersion: 1, id: `word-${sent}`, occurredAt, ...body });
      await deliver(feed, source, text, `msg-${sent}`);
    },
    live: async (ms, tickMs = TICK_MS) => {
      for (const endsAtMs = clock.now() + ms; clock.now() < endsAtMs;) {
        const nextTickMs = Math.min(endsAtMs, clock.now() + tickMs);
        await tick();
        await work();
        for (let [next] = messages.waiting(); next !== undefined && next.dueAtMs < nextTickMs;) {
          clock.advance(Math.max(0, next.dueAtMs - clock.now()));
          await work();
          [next] = messages.waiting();
        }
        clock.advance(Math.max(0, nextTickMs - clock.now()));
      }
      await work();
    },
    audit: async () => startAudit(app),
    interfere: (fault) => {
      requestFaults.add(fault);
      return () => void requestFaults.delete(fault);
    },
    loseSecret: (name) => {
      lostSecrets.add(name);
      return () => void lostSecrets.delete(name);
    },
    killTicks: (wanted) => {
      diesAfter = wanted;
      return () => {
        diesAfter = undefined;
      };
    },
  };
}
