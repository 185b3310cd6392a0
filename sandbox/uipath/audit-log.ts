/** Who did it: the application of the token, or a person in the portal. */
export type Actor = Readonly<{ id: string; name: string; email: string | null }>;

/** What happened. UiPath does not publish its type names: these are plausible ones, made up here. */
export type AuditEntry = Readonly<{
  type: string;
  target: string;
  summary: string;
  details: Readonly<Record<string, unknown>>;
}>;

export type AuditEvent = AuditEntry & Readonly<{ sequence: number; id: string; atMs: number; actor: Actor }>;

const MOST_EVENTS = 200_000;

/** The audit events of one organization, oldest first; the oldest are dropped when there are too many. */
export class AuditLog {
  #events: AuditEvent[] = [];
  #sequence = 0;

  append(entry: AuditEntry, actor: Actor, atMs: number): void {
    this.#sequence += 1;
    const id = `00000000-0000-4000-8000-${this.#sequence.toString(16).padStart(12, '0')}`;
    this.#events.push({ ...entry, sequence: this.#sequence, id, atMs, actor });
    if (this.#events.length > MOST_EVENTS) this.#events = this.#events.slice(MOST_EVENTS / 2);
  }

  get events(): readonly AuditEvent[] {
    return this.#events;
  }
}
