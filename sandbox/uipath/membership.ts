/** When a change happens and how long reads do not see it yet. */
export type ChangeTime = Readonly<{ nowMs: number; lagMs: number }>;

type Pending = Readonly<{ visibleAtMs: number; id: string; joined: boolean }>;

/** The members of one group: what is true, and what a reader is shown while a change spreads. */
export class Membership {
  readonly #actual = new Set<string>();
  readonly #shown = new Set<string>();
  #pending: Pending[] = [];

  /** False when the id was a member already. */
  add(id: string, time: ChangeTime): boolean {
    if (this.#actual.has(id)) return false;
    this.#actual.add(id);
    this.#spread({ id, joined: true }, time);
    return true;
  }

  /** False when the id was no member. */
  remove(id: string, time: ChangeTime): boolean {
    if (!this.#actual.delete(id)) return false;
    this.#spread({ id, joined: false }, time);
    return true;
  }

  has(id: string): boolean {
    return this.#actual.has(id);
  }

  get actual(): ReadonlySet<string> {
    return this.#actual;
  }

  shownAt(nowMs: number): ReadonlySet<string> {
    if (this.#pending.length > 0) {
      const due = this.#pending.findIndex((change) => change.visibleAtMs > nowMs);
      const ready = due === -1 ? this.#pending : this.#pending.slice(0, due);
      this.#pending = due === -1 ? [] : this.#pending.slice(due);
      for (const change of ready) this.#show(change);
    }
    return this.#shown;
  }

  #spread(change: Readonly<{ id: string; joined: boolean }>, { nowMs, lagMs }: ChangeTime): void {
    const last = this.#pending.at(-1);
    if (last === undefined && lagMs === 0) this.#show(change);
    else this.#pending.push({ ...change, visibleAtMs: Math.max(nowMs + lagMs, last?.visibleAtMs ?? 0) });
  }

  #show({ id, joined }: Readonly<{ id: string; joined: boolean }>): void {
    if (joined) this.#shown.add(id);
    else this.#shown.delete(id);
  }
}
