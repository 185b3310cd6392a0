import type { Clock } from '../../shared/clock';
import type { AuditMessage, ChangesMessage, DeliveryMessage, WorkQueues } from '../../shared/storage/queues';
import type { Random } from './random';
import type { Actor, Turns } from './turns';

/** `tries`: how often it was taken up and given back. */
export type Letter = Readonly<{ dueAtMs: number; number: number; tries: number }> &
  (
    | Readonly<{ queue: 'deliveries'; message: DeliveryMessage }>
    | Readonly<{ queue: 'changes'; message: ChangesMessage }>
    | Readonly<{ queue: 'audits'; message: AuditMessage }>
  );

/** How often a message comes twice, comes late or does not come at all. */
export type PostalFaults = Readonly<{ twice: number; late: number; lost: number }>;

export const GOOD_POST: PostalFaults = { twice: 0, late: 0, lost: 0 };

/** A message that was not handled to its end comes back after so long, as host.json says. */
const VISIBLE_AGAIN_MS = 30_000;
/** As host.json says. */
export const LAST_TRY = 5;
const LATEST_MS = 600_000;
/** A copy that comes so soon is read by another process while the first is still at work. */
const AT_ONCE_MS = 2_000;

/** The queues by the clock of the history, with what at-least-once delivery can do to a message. */
export class PostOffice {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #random: Random;
  #letters: readonly Letter[] = [];
  #sent = 0;
  faults: PostalFaults;

  constructor(clock: Pick<Clock, 'now'>, random: Random, faults: PostalFaults) {
    this.#clock = clock;
    this.#random = random;
    this.faults = faults;
  }

  queuesOf(turns: Turns, actor: Actor): WorkQueues {
    const send = async (letter: Unsent, delayMs = 0): Promise<void> =>
      turns.step(
        actor,
        `queue ${letter.queue}`,
        async () => {
          this.#send(letter, delayMs);
        },
        { failure: () => Object.assign(new Error('The queue is busy'), { statusCode: 503 }) },
      );
    return {
      enqueueDelivery: async (message) => send({ queue: 'deliveries', message }),
      enqueueChanges: async (message, delayMs) => send({ queue: 'changes', message }, delayMs),
      enqueueAudit: async (message, delayMs) => send({ queue: 'audits', message }, delayMs),
    };
  }

  waiting(): readonly Letter[] {
    return this.#letters;
  }

  /** Takes up to `most` letters that are due and wanted. */
  takeDue(most: number): readonly Letter[] {
    const due = this.#letters.filter((letter) => letter.dueAtMs <= this.#clock.now()).slice(0, most);
    this.#letters = this.#letters.filter((letter) => !due.includes(letter));
    return due;
  }

  /** Gives back a letter whose reader failed or died. After the last try it is put aside. */
  giveBack(letter: Letter): void {
    const tries = letter.tries + 1;
    if (tries < LAST_TRY) this.#add({ ...letter, tries, dueAtMs: this.#clock.now() + VISIBLE_AGAIN_MS });
  }

  #send(letter: Unsent, delayMs: number): void {
    if (this.#random.chance(this.faults.lost)) return;
    for (const copy of this.#random.chance(this.faults.twice) ? [0, 1] : [0]) {
      const late = copy === 1 || this.#random.chance(this.faults.late);
      const atOnce = copy === 1 && this.#random.chance(0.5);
      const lateMs = late ? this.#random.int(atOnce ? AT_ONCE_MS : LATEST_MS) : 0;
      this.#sent += 1;
      this.#add({ ...letter, number: this.#sent, tries: 0, dueAtMs: this.#clock.now() + delayMs + lateMs });
    }
  }

  #add(letter: Letter): void {
    this.#letters = [...this.#letters, letter].toSorted(
      (a, b) => a.dueAtMs - b.dueAtMs || a.number - b.number,
    );
  }
}

type Unsent =
  | Readonly<{ queue: 'deliveries'; message: DeliveryMessage }>
  | Readonly<{ queue: 'changes'; message: ChangesMessage }>
  | Readonly<{ queue: 'audits'; message: AuditMessage }>;
