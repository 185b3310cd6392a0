import { MINUTE_MS } from './test-organization';

/** What fails and goes on failing. A PUT that is `half-made` carries out the first half of its changes, and its answer is lost. */
export type Trouble =
  | Readonly<{ kind: 'put-fails' | 'put-unanswered' | 'put-half-made' | 'members-unreadable'; group: string }>
  | Readonly<{ kind: 'name-unreadable'; person: string }>
  | Readonly<{ kind: 'groups-unreadable' | 'rules-fail' | 'all-unavailable' | 'renewals-fail' }>;

/** What a trouble does to a request: it fails instead, or its answer is lost after all or half of it was done. */
export type Effect = 'fails' | 'unanswered' | 'half-made';

type Asked = Readonly<{ method: string; url: string; body: string }>;
type Standing = Readonly<{ trouble: Trouble; groupId: string | undefined }>;
type Concern = { readonly person?: string; readonly group?: string; untilMs: number };

/** The longest backoff of a unit, and of what everybody waits for, with the run that ends it. */
const UNIT_RECOVERS_MS = 35 * MINUTE_MS;
const ALL_RECOVER_MS = 8 * MINUTE_MS;

/** The troubles that stand, and whom they concern: nobody else may notice them. */
export class StandingTroubles {
  readonly #standing = new Map<string, Standing>();
  readonly #concerns = new Map<string, Concern>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  begin(name: string, trouble: Trouble, groupId: string | undefined): void {
    this.#standing.set(name, { trouble, groupId });
    this.concern(name, 'group' in trouble || 'person' in trouble ? trouble : {});
  }

  end(name: string): void {
    this.#standing.delete(name);
    const concern = this.#concerns.get(name);
    if (concern === undefined || concern.untilMs !== Number.POSITIVE_INFINITY) return;
    const ofAll = concern.person === undefined && concern.group === undefined;
    concern.untilMs = this.#now() + (ofAll ? ALL_RECOVER_MS : UNIT_RECOVERS_MS);
  }

  endAll(): void {
    for (const name of this.#concerns.keys()) this.end(name);
  }

  /** Whoever is not named may be anybody. Until the trouble of this name ends, and what waits for it is tried again. */
  concern(name: string, { person, group }: Readonly<{ person?: string; group?: string }>): void {
    this.#concerns.set(name, {
      ...(person === undefined ? {} : { person }),
      ...(group === undefined ? {} : { group }),
      untilMs: Number.POSITIVE_INFINITY,
    });
  }

  isConcerned(person: string, group: string): boolean {
    return [...this.#concerns.values()].some(
      (one) =>
        one.untilMs > this.#now() &&
        (one.person === undefined || one.person === person) &&
        (one.group === undefined || one.group === group),
    );
  }

  renewalsFail(): boolean {
    return [...this.#standing.values()].some(({ trouble }) => trouble.kind === 'renewals-fail');
  }

  effectOn(asked: Asked): Effect | undefined {
    for (const standing of this.#standing.values()) {
      const effect = effectOf(standing, asked);
      if (effect !== undefined) return effect;
    }
    return undefined;
  }
}

/** A group that is not there any more has no part in any request. */
const NO_GROUP = 'no group';

function effectOf(
  { trouble, groupId = NO_GROUP }: Standing,
  { method, url, body }: Asked,
): Effect | undefined {
  const isPut = method === 'PUT' && url.endsWith(`/api/Group/${groupId}`);
  switch (trouble.kind) {
    case 'put-fails':
      return isPut ? 'fails' : undefined;
    case 'put-unanswered':
      return isPut ? 'unanswered' : undefined;
    case 'put-half-made':
      return isPut ? 'half-made' : undefined;
    case 'members-unreadable':
      return url.includes(`/${groupId}/`) ? 'fails' : undefined;
    case 'name-unreadable':
      return url.includes('/api/Directory/') &&
        (body.includes(trouble.person) || url.includes(encodeURIComponent(trouble.person)))
        ? 'fails'
        : undefined;
    case 'groups-unreadable':
      return method === 'GET' && /\/api\/Group\/[0-9a-f-]{36}$/i.test(url) ? 'fails' : undefined;
    case 'rules-fail':
      return url.includes('/api/Rule') ? 'fails' : undefined;
    case 'all-unavailable':
      return 'fails';
    case 'renewals-fail':
      return undefined;
  }
}
