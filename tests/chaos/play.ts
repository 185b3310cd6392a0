import { manualClock } from '../fakes/manual-clock';
import { releaseHold } from '../../shared/access/desk/release-hold';
import { retryDeadDelivery } from '../../shared/access/desk/retry-dead-delivery';
import { acceptDelivery, dedupeKey } from '../../shared/access/intake/accept-delivery';
import type { UiPathSandbox } from '../../sandbox/uipath/sandbox-controls';
import { listDeadDeliveries } from '../../shared/access/ledger/list-dead-deliveries';
import { applyChanges } from '../../shared/access/writer/apply-changes';
import { sweepDueAndPendingWork } from '../../shared/access/sweep-due-and-pending-work';
import { processDelivery } from '../../shared/access/intake/process-delivery';
import type { Clock } from '../../shared/clock';
import { AppError, errorCodeOf } from '../../shared/errors';
import { createDeadDeliveries, type DeadDeliveries } from '../../shared/storage/dead-deliveries';
import { coded } from '../../shared/storage/storage-errors';
import { createWriterLeases } from '../../shared/storage/writer-lease';
import { parsePolicy } from '../../shared/policy/parse-policy';
import { signedHeaders } from '../fakes/signed-delivery';
import { createInstance, type Instance } from '../fixtures/engine-instance';
import { evidenceKey } from './evidence-check';
import type { HistoryStorage } from './history-storage';
import { judgeChange, judgeState, type Knowledge, type Seen } from './judge';
import { damageRow, repairRow, type DamagedRow } from './damaged-rows';
import { heldNow, readHolds } from './judge-holds';
import { judgeDelay, mostDelayMs, type Watched } from './judge-delay';
import { GOOD_POST, LAST_TRY, PostOffice, type Letter } from './post-office';
import { createRandom } from './random';
import { StandingTroubles, type Trouble } from './standing-troubles';
import { isBeingAdded } from './is-being-added';
import { steppedFetch } from './stepped-fetch';
import { LeaseTimes, steppedStorage } from './stepped-storage';
import type { Body, Delivery, Event, Story } from './story';
import {
  ALIAS,
  HOUR_MS,
  LEAD,
  MANAGED,
  newAddressOf,
  PEOPLE,
  policyText,
  SEED,
  START_MS,
  WINDOW_MS,
} from './test-organization';
import {
  createTurns,
  type Actor,
  type Ending,
  type FaultPlan,
  type HistoryClock,
  type Step,
  type StepFault,
  type Task,
} from './turns';
import { keyHolder } from '../fixtures/key-holder';

/** A UiPath whose time is that of the history being played. */
export type Stage = Readonly<{ uipath: UiPathSandbox; clock: { current: Clock } }>;

/** Replaces parts of an instance by faulty ones. */
export type Bug = (instance: Instance, world: Readonly<{ clock: Clock }>) => Instance;

export type PlayOptions = Readonly<{
  stage: Stage;
  storage: HistoryStorage;
  /** In place of the story's weather: what happens at which step. */
  faultAt?: FaultPlan;
  bug?: Bug;
  /** Builds the storage that one instance sees. */
  storageOf?: (storage: HistoryStorage) => HistoryStorage;
}>;

export type Played = Readonly<{
  violations: readonly string[];
  steps: readonly Step[];
  crashes: number;
  /** What the application logged and what happened, for a look at a violation. */
  diary: readonly string[];
}>;

const SENDER_RETRY_MS = 5_000;
const MOST_ROUNDS = 400;
const MOST_POSTS = 40;
const JUMP_MS = 20_000;
const TOGETHER_MS = 5_000;
/** Longer than anything the application waits before it takes something for lost. */
const IDLE_MS = 130_000;
const TICK_MS = 30_000;
const LEAD_DECIDES = keyHolder('Lead');
const DECIDER = { by: LEAD_DECIDES, mayDecide: () => true };

/** Plays a history from an empty storage to its end and returns everything that should not have happened. */
export async function play(story: Story, options: PlayOptions): Promise<Played> {
  const player = new Player(story, options);
  try {
    await player.playAll();
  } catch (error) {
    player.violations.push(
      `the history broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
  return {
    violations: [...new Set(player.violations)],
    steps: player.steps(),
    crashes: player.crashes,
    diary: player.diary,
  };
}

type Worker = Readonly<{ actor: Actor; instance: Instance }>;

class Player {
  readonly violations: string[] = [];
  readonly diary: string[] = [];
  crashes = 0;
  readonly #story: Story;
  readonly #options: PlayOptions;
  readonly #clock: HistoryClock & Clock;
  readonly #troubles: StandingTroubles;
  readonly #damaged = new Map<string, DamagedRow>();
  /** What the story has still in store. */
  readonly #coming: Event[];
  readonly #post: PostOffice;
  readonly #leases: LeaseTimes;
  readonly #turns: ReturnType<typeof createTurns>;
  readonly #policy: ReturnType<typeof parsePolicy>;
  readonly #deadDeliveries: DeadDeliveries;
  readonly #accepted: Body[] = [];
  /** In the order they were taken up, which may be several times; `#done` were finished at least once. */
  readonly #begun: Body[] = [];
  readonly #done = new Set<string>();
  readonly #runs = new Map<string, Pick<Knowledge, 'startedAtMs' | 'known'>>();
  readonly #byDelivery = new Map<string, Body>();
  readonly #seen: Seen;
  #calm = false;
  #actors = 0;
  #workers: Array<Worker> = [];

  constructor(story: Story, options: PlayOptions) {
    this.#story = story;
    this.#options = options;
    const { uipath } = options.stage;
    this.#clock = manualClock(START_MS);
    options.stage.clock.current = this.#clock;
    uipath.reset();
    uipath.addOrganization(SEED);
    uipath.setRateLimits({ ...story.organization.limits, windowMs: WINDOW_MS });
    this.#policy = parsePolicy(policyText(uipath.identityBaseUrl(ALIAS), story.organization), 'policy.yaml', {
      development: true,
    });
    this.#coming = [...story.events];
    this.#troubles = new StandingTroubles(this.#clock.now);
    this.#deadDeliveries = createDeadDeliveries(options.storage);
    this.#leases = new LeaseTimes(this.#clock);
    this.#post = new PostOffice(this.#clock, createRandom(story.seed + 2), story.weather.post);
    const dice = createRandom(story.seed + 3);
    const faultAt: FaultPlan =
      options.faultAt ?? (() => (this.#calm ? undefined : throwDice(story.weather.steps, dice.next)));
    this.#turns = createTurns(createRandom(story.seed + 4), this.#clock, faultAt, {
      'lose-lease': async () => this.#loseLeases(),
      'jump-clock': async () => this.#clock.advance(JUMP_MS),
    });
    const ids = new Map([LEAD, ...PEOPLE].map((person) => [person, uipath.idOf(ALIAS, person)]));
    this.#seen = {
      organization: story.organization,
      personOf: new Map([...ids].map(([person, id]) => [id, person])),
      idOf: (person) => ids.get(person) ?? person,
      changes: [],
      hands: [],
      renamed: new Set(),
      groupNames: new Map(),
      deletedGroups: new Set(),
      latencyMs: story.latencyMs,
      released: [],
      agreed: [],
      repeatsAllowed: mayRepeat(story),
    };
    this.#workers = Array.from({ length: story.weather.instances }, () => this.#start());
  }

  steps(): readonly Step[] {
    return this.#turns.steps();
  }

  async playAll(): Promise<void> {
    for (let event = this.#coming[0]; event !== undefined; event = this.#coming[0]) {
      await this.#workUntil(event.atMs);
      // What was delivered meanwhile is another one.
      if (event !== this.#coming[0]) continue;
      this.#coming.shift();
      this.#note(JSON.stringify(event));
      await this.#happen(event);
    }
  }

  async #happen(event: Event): Promise<void> {
    const { uipath } = this.#options.stage;
    switch (event.kind) {
      case 'deliver':
        await this.#send(event.delivery);
        return;
      case 'by-hand': {
        const { group, add, remove } = event;
        if (this.#seen.deletedGroups.has(group)) return;
        const before = new Set(uipath.memberIds(ALIAS, group));
        const actor = { name: 'Somebody', email: LEAD };
        uipath.actAsPerson(ALIAS, {
          kind: 'change-members',
          actor,
          group,
          add: add.map(this.#seen.idOf),
          remove: remove.map(this.#seen.idOf),
        });
        const after = uipath.memberIds(ALIAS, group);
        const changed = (person: string): boolean => {
          const id = this.#seen.idOf(person);
          return before.has(id) !== after.has(id);
        };
        for (const person of [...add, ...remove])
          if (changed(person))
            this.#seen.hands.push({
              atMs: this.#clock.now(),
              group,
              person,
              joined: add.includes(person),
              isInOpenCall: await isBeingAdded(this.#options.storage, {
                person,
                memberId: this.#seen.idOf(person),
                groupId: groupNamed(uipath, group)?.id,
              }),
            });
        return;
      }
      case 'rename': {
        const { groups } = uipath.organization(ALIAS);
        const group = groupNamed(uipath, event.group);
        if (group !== undefined) {
          groups.set(group.id, { ...group, name: event.name });
          this.#seen.groupNames.set(group.id, event.name);
        }
        return;
      }
      case 'rename-account': {
        const { principals } = uipath.organization(ALIAS);
        const account = principals.get(this.#seen.idOf(event.person));
        if (account?.kind !== 'user') throw new Error('Somebody without an account has no address');
        const address = newAddressOf(event.person);
        principals.put({ ...account, email: address, userName: address });
        this.#seen.renamed.add(event.person);
        return;
      }
      case 'tick':
        await this.#tick();
        return;
      case 'uipath-fault':
        uipath.inject(event.fault);
        return;
      case 'uipath-lag':
        uipath.setSwitches({ membershipLagMs: event.ms });
        return;
      case 'trouble-begins':
        this.#beginTrouble(event.name, event.trouble);
        return;
      case 'trouble-ends':
        this.#troubles.end(event.name);
        return;
      case 'delete-group': {
        const { groups } = uipath.organization(ALIAS);
        const group = groupNamed(uipath, event.group);
        if (group !== undefined) groups.delete(group.id);
        this.#seen.deletedGroups.add(event.group).add(group?.id ?? event.group);
        this.#troubles.concern(`deleted ${event.group}`, { group: event.group });
        return;
      }
      case 'damage': {
        const row = await damageRow(this.#options.storage, event.damage, [...this.#damaged.values()]);
        if (row === undefined) return;
        this.#damaged.set(event.name, row);
        for (const person of PEOPLE)
          if (row.personKeys.some((key) => evidenceKey(person).endsWith(key)))
            this.#troubles.concern(`${event.name} ${person}`, { person });
        return;
      }
      case 'repair':
        await this.#repair(event.name);
        await this.#retryTheDead();
        return;
      case 'release':
        await this.#release();
        return;
      case 'watch':
        await this.#watch();
        return;
      case 'compare':
        await this.#settle();
        this.violations.push(
          ...(await judgeState({
            uipath,
            storage: this.#options.storage,
            nowMs: this.#clock.now(),
            accepted: this.#accepted,
            seen: this.#seen,
          })),
        );
    }
  }

  /** A sender tries until it gets an answer; only then is the delivery accepted. */
  async #send(delivery: Delivery): Promise<void> {
    for (let attempt = 1; attempt <= MOST_POSTS; attempt += 1) {
      let isAccepted = false;
      await this.#run([this.#sending(delivery, this.#worker(0), () => (isAccepted = true))]);
      if (isAccepted) return;
      this.#clock.advance(SENDER_RETRY_MS);
    }
    throw new Error(`Nobody took delivery ${delivery.webhookId}`);
  }

  #sending(
    { feed, source = 'standard', webhookId, body }: Delivery,
    worker: Worker,
    onAccepted: () => void,
    again: () => void = () => undefined,
  ): Task {
    const text = JSON.stringify(body);
    // It may be taken up before its sender has an answer: who accepted it can die in between.
    const deliveryId = dedupeKey(feed, source, webhookId);
    this.#byDelivery.set(deliveryId, body);
    return {
      actor: worker.actor,
      run: async () => {
        const accepted = await acceptDelivery(worker.instance, {
          feed,
          source,
          headers: new Headers(signedHeaders(text, { id: webhookId, atMs: this.#clock.now() })),
          rawBody: Buffer.from(text),
          receivedAtMs: this.#clock.now(),
        });
        if (accepted.deliveryId !== deliveryId)
          this.violations.push(`delivery ${webhookId} has another id than its sender gave it`);
      },
      ended: (ending) => {
        if (ending === 'done') {
          this.#accepted.push(body);
          onAccepted();
          return;
        }
        this.#expectCode(ending, ['storage-unavailable']);
        again();
      },
    };
  }

  /** Handles what falls due until an instant, and moves the clock there. */
  async #workUntil(atMs: number): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const [next] = this.#post.waiting();
      if (next === undefined || next.dueAtMs > atMs) break;
      this.#clock.advance(Math.max(0, next.dueAtMs - this.#clock.now()));
      await this.#handle(this.#takeLetters());
    }
    this.#clock.advance(Math.max(0, atMs - this.#clock.now()));
  }

  /** Two processes take up together what falls due within a few seconds. */
  #takeLetters(): readonly Letter[] {
    const { instances } = this.#story.weather;
    const next = this.#post.waiting()[instances - 1];
    const waitMs = instances === 1 || next === undefined ? 0 : next.dueAtMs - this.#clock.now();
    if (waitMs > 0 && waitMs <= TOGETHER_MS) this.#clock.advance(waitMs);
    return this.#post.takeDue(instances);
  }

  async #handle(letters: readonly Letter[]): Promise<number> {
    await this.#run(letters.map((letter, index) => this.#reading(letter, this.#worker(index))));
    return letters.length;
  }

  #reading(letter: Letter, worker: Worker): Task {
    return {
      actor: worker.actor,
      run: async () => this.#read(worker, letter),
      ended: (ending) => {
        if (ending === 'done') return;
        this.#post.giveBack(letter);
        const unreadable = this.#damaged.size > 0 ? ['record-unreadable'] : [];
        this.#expectCode(ending, ['storage-unavailable', 'storage-conflict', 'lease-lost', ...unreadable]);
      },
    };
  }

  /** While a slow run goes on, what is sent meanwhile arrives, and another process takes up what falls due. */
  #arrivals(isBusy: ReadonlySet<Actor>): readonly Task[] {
    const tasks: Task[] = [];
    const [next] = this.#coming;
    const free = this.#workers.findIndex(({ actor }) => !isBusy.has(actor));
    if (free === -1) return tasks;
    const worker = this.#worker(free);
    if (next?.kind === 'deliver' && next.atMs <= this.#clock.now()) {
      this.#coming.shift();
      this.#note(`meanwhile ${JSON.stringify(next)}`);
      const again = { ...next, atMs: this.#clock.now() + SENDER_RETRY_MS };
      const put = (): void => void this.#coming.unshift(again);
      tasks.push(this.#sending(next.delivery, worker, () => undefined, put));
    } else for (const letter of this.#post.takeDue(1)) tasks.push(this.#reading(letter, worker));
    return tasks;
  }

  async #read({ actor, instance }: Worker, letter: Letter): Promise<void> {
    switch (letter.queue) {
      case 'deliveries': {
        const body = this.#byDelivery.get(letter.message.deliveryId);
        if (body !== undefined) this.#begun.push(body);
        await this.#process(instance, letter);
        // A late copy of its message does nothing for a delivery that is dead.
        const isDead = (await this.#deadDeliveries.get(letter.message)) !== undefined;
        if (body !== undefined && !isDead) this.#done.add(body.id);
        return;
      }
      case 'changes':
        this.#runs.set(actor.name, {
          startedAtMs: this.#clock.now(),
          known: this.#begun.filter(({ id }) => this.#done.has(id)),
        });
        await applyChanges(instance, letter.message);
        return;
      case 'audits':
        throw new Error('No history audits');
    }
  }

  /** As the function does: a delivery that fails its last try becomes a dead delivery. */
  async #process(
    instance: Instance,
    { message, tries }: Extract<Letter, { queue: 'deliveries' }>,
  ): Promise<void> {
    try {
      await processDelivery(instance, message);
    } catch (error) {
      if (tries + 1 >= LAST_TRY)
        await instance.deadDeliveries.fail(message, {
          code: errorCodeOf(error),
          tries: LAST_TRY,
          atMs: this.#clock.now(),
        });
      throw error;
    }
  }

  async #tick(): Promise<void> {
    const codes = ['storage-unavailable', 'storage-conflict'];
    await this.#onFirst(codes, async (instance) => sweepDueAndPendingWork(instance));
  }

  /** Something that one process does, and may fail at in the ways that are named. */
  async #onFirst(codes: readonly string[], act: (instance: Instance) => Promise<unknown>): Promise<void> {
    const { actor, instance } = this.#worker(0);
    const ended = (ending: Ending): void => this.#expectCode(ending, codes);
    await this.#run([{ actor, run: async () => act(instance), ended }]);
  }

  /** Plays the timer for as long as a word may take, and looks at what was known before. */
  async #watch(): Promise<void> {
    const startedAtMs = this.#clock.now();
    const known = this.#begun.filter(({ id }) => this.#done.has(id));
    const concernedBefore = this.#concerned();
    const untilMs = startedAtMs + mostDelayMs(this.#story);
    while (this.#clock.now() < untilMs) {
      await this.#tick();
      await this.#workUntil(Math.min(untilMs, this.#clock.now() + TICK_MS));
    }
    const ids = new Set(known.map(({ id }) => id));
    const maybe = this.#begun.filter(({ id }) => !ids.has(id));
    const holds = await readHolds(this.#options.storage);
    const waiting = holds.map((hold) =>
      hold.state === 'released' ? { ...hold, state: 'held' as const } : hold,
    );
    const watched: Watched = {
      story: this.#story,
      uipath: this.#options.stage.uipath,
      seen: this.#seen,
      held: heldNow(waiting, this.#clock.now()),
      knowledge: { startedAtMs, nowMs: this.#clock.now(), known, maybe },
      isConcerned: (person, group) =>
        concernedBefore.has(`${person} ${group}`) || this.#troubles.isConcerned(person, group),
    };
    this.violations.push(...judgeDelay(watched));
  }

  async #repair(name: string): Promise<void> {
    const row = this.#damaged.get(name);
    if (row === undefined) return;
    this.violations.push(...(await repairRow(this.#options.storage, row)));
    this.#damaged.delete(name);
    for (const person of PEOPLE) this.#troubles.end(`${name} ${person}`);
  }

  async #release(): Promise<void> {
    const holds = (await readHolds(this.#options.storage)).filter(
      ({ state, expiresAtMs }) => state === 'held' && expiresAtMs > this.#clock.now(),
    );
    for (const { hash, removals } of holds) {
      const atMs = this.#clock.now();
      this.#seen.released.push(...removals.map(({ groupId, memberId }) => ({ groupId, memberId, atMs })));
      const codes = ['storage-unavailable', 'storage-conflict', 'plan-not-held', 'plan-expired'];
      await this.#onFirst(codes, async (instance) => releaseHold(instance, ALIAS, hash, LEAD_DECIDES));
    }
  }

  #concerned(): ReadonlySet<string> {
    const all = PEOPLE.flatMap((person) => MANAGED.map((group) => ({ person, group })));
    return new Set(
      all
        .filter(({ person, group }) => this.#troubles.isConcerned(person, group))
        .map(({ person, group }) => `${person} ${group}`),
    );
  }

  #beginTrouble(name: string, trouble: Trouble): void {
    const { uipath } = this.#options.stage;
    const id = 'group' in trouble ? groupNamed(uipath, trouble.group)?.id : undefined;
    this.#troubles.begin(name, trouble, id);
  }

  async #run(tasks: readonly Task[]): Promise<void> {
    const busy = new Set<Actor>();
    const watched = (task: Task): Task => {
      busy.add(task.actor);
      const ended = (ending: Ending): void => {
        busy.delete(task.actor);
        task.ended(ending);
      };
      return { ...task, ended };
    };
    const isSlow = this.#story.latencyMs > 0;
    const arrivals = (): readonly Task[] => (isSlow ? this.#arrivals(busy).map(watched) : []);
    await this.#turns.run(tasks.map(watched), arrivals);
    await this.#turns.land();
  }

  /** No more faults: what is still to do is done, and looked at again an hour later. */
  async #settle(): Promise<void> {
    this.#calm = true;
    const { uipath } = this.#options.stage;
    const { membershipLagMs } = uipath.switches();
    const { faults } = this.#post;
    uipath.clearFaults();
    for (const name of this.#damaged.keys()) await this.#repair(name);
    this.#troubles.endAll();
    uipath.setSwitches({ membershipLagMs: 0 });
    this.#post.faults = GOOD_POST;
    await this.#retryTheDead();
    for (const waitMs of [0, HOUR_MS + 60_000]) {
      await this.#workUntil(this.#clock.now() + waitMs);
      await this.#untilIdle();
    }
    this.#calm = false;
    this.#post.faults = faults;
    uipath.setSwitches({ membershipLagMs });
  }

  /** A person has what became a dead delivery processed again. */
  async #retryTheDead(): Promise<void> {
    const codes = ['storage-unavailable', 'storage-conflict', 'dead-letter-unknown'];
    await this.#onFirst(codes, async (instance) => {
      for (const { deliveries } of await listDeadDeliveries(instance, ALIAS))
        for (const { deliveryId } of deliveries)
          await retryDeadDelivery(instance, ALIAS, deliveryId, DECIDER);
    });
  }

  async #untilIdle(): Promise<void> {
    let idle = 0;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      await this.#tick();
      let handled = 0;
      for (let [next] = this.#post.waiting(); next !== undefined; [next] = this.#post.waiting()) {
        this.#clock.advance(Math.max(0, next.dueAtMs - this.#clock.now()));
        handled += await this.#handle(this.#takeLetters());
        if (handled > MOST_ROUNDS) throw new Error('Messages bring messages without an end');
      }
      idle = handled === 0 ? idle + 1 : 0;
      if (idle === 2) return;
      this.#clock.advance(IDLE_MS);
    }
    throw new Error('It never comes to rest');
  }

  #worker(index: number): Worker {
    const worker = this.#workers[index];
    if (worker === undefined) throw new RangeError('There are not so many instances');
    if (worker.actor.alive) return worker;
    this.crashes += 1;
    const next = this.#start();
    this.#workers[index] = next;
    return next;
  }

  #start(): Worker {
    this.#actors += 1;
    const actor: Actor = { name: `instance ${this.#actors}`, alive: true };
    const { stage, storage, bug, storageOf = (own) => own } = this.#options;
    const turns = this.#turns;
    const clock: Clock = { now: this.#clock.now, sleep: async (ms) => turns.sleep(actor, ms) };
    const ownStorage = steppedStorage(storageOf(storage), {
      turns,
      actor,
      leases: this.#leases,
      renewalsFail: () => this.#troubles.renewalsFail(),
    });
    const instance = createInstance({
      clock,
      storage: ownStorage,
      credentials: { clientId: 'chaos-client', clientSecret: 'not-a-secret' },
      quotaRules: { limits: this.#story.organization.limits },
      ...slicesOf(this.#story.organization),
      uipathFetch: steppedFetch(stage.uipath, {
        turns,
        actor,
        now: this.#clock.now,
        organization: ALIAS,
        latencyMs: this.#story.latencyMs,
        troubles: this.#troubles,
        onChange: (change) => {
          this.#seen.changes.push(change);
          this.#note(`${actor.name} PUT ${JSON.stringify(change)}`);
          this.violations.push(...judgeChange(change, this.#seen, this.#knowledgeOf(actor), stage.uipath));
        },
      }),
      queues: coded(this.#post.queuesOf(turns, actor)),
      policy: () => this.#policy,
      log: (line) => this.#note(`${actor.name} ${JSON.stringify(line)}`),
    });
    const repeat = (act: () => Promise<void>, everyMs: number) => turns.repeat(actor, act, everyMs);
    const leased = { ...instance, leases: coded(createWriterLeases(ownStorage, clock, repeat)) };
    return { actor, instance: bug === undefined ? leased : bug(leased, { clock }) };
  }

  #knowledgeOf(actor: Actor): Knowledge {
    const run = this.#runs.get(actor.name) ?? { startedAtMs: this.#clock.now(), known: [] };
    const ids = new Set(run.known.map(({ id }) => id));
    const maybe = this.#begun.filter(({ id }) => !ids.has(id));
    const finished = maybe.filter(({ id }) => this.#done.has(id));
    return { ...run, nowMs: this.#clock.now(), maybe, finished };
  }

  #note(text: string): void {
    this.diary.push(`${new Date(this.#clock.now()).toISOString()} ${text}`);
  }

  async #loseLeases(): Promise<void> {
    const container = await this.#options.storage.container('leases');
    for (const blob of this.#leases.held()) {
      await container.getBlockBlobClient(blob).getBlobLeaseClient().breakLease(0);
      this.#leases.end(blob);
    }
  }

  #expectCode(ending: Ending, codes: readonly string[]): void {
    if (ending === 'done' || ending === 'crashed') return;
    const { error } = ending;
    if (error instanceof AppError && codes.includes(error.code)) return;
    this.violations.push(
      `an unexpected failure: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
    );
  }
}

function throwDice(odds: Story['weather']['steps'], next: () => number): StepFault | undefined {
  let left = next();
  for (const [fault, probability] of Object.entries(odds) as Array<[StepFault, number]>) {
    left -= probability;
    if (left < 0) return fault;
  }
  return undefined;
}

/** Reads that lag, or a slow call whose writer was replaced while it was on its way. */
function mayRepeat({ events, latencyMs, weather }: Story): boolean {
  const { 'lose-lease': loses = 0, stall = 0 } = weather.steps;
  const renewalsFail = events.some(
    (event) => event.kind === 'trouble-begins' && event.trouble.kind === 'renewals-fail',
  );
  return (
    events.some(({ kind }) => kind === 'uipath-lag') || (latencyMs > 0 && (loses + stall > 0 || renewalsFail))
  );
}

function groupNamed(uipath: UiPathSandbox, wanted: string) {
  const { groups } = uipath.organization(ALIAS);
  return [...groups.values()].find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
}

function slicesOf({ peoplePerPass, runMs }: Story['organization']) {
  return {
    ...(peoplePerPass === undefined ? {} : { peoplePerPass }),
    ...(runMs === undefined ? {} : { runMs }),
  };
}
