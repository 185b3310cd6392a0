import { displayNameOf, namesOf, type Principal } from './principals';

type PrefixEntry = Readonly<{ word: string; id: string }>;

/** Every principal of one organization, found by id, by name, by directory id or by prefix without a scan. */
export class PrincipalIndex {
  readonly #byId = new Map<string, Principal>();
  readonly #byName = new Map<string, Set<string>>();
  readonly #byExternalId = new Map<string, string>();
  #prefixes: readonly PrefixEntry[] | undefined;

  get(id: string): Principal | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  getByExternalId(externalId: string): Principal | undefined {
    const id = this.#byExternalId.get(externalId.toLowerCase());
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** Adds, or replaces in place. */
  put(principal: Principal): void {
    const former = this.#byId.get(principal.id);
    if (former !== undefined && sameWords(former, principal)) {
      this.#byId.set(principal.id, principal);
      return;
    }
    if (former !== undefined) this.#unlist(former);
    this.#byId.set(principal.id, principal);
    for (const name of namesOf(principal)) {
      const key = name.toLowerCase();
      const ids = this.#byName.get(key) ?? new Set();
      this.#byName.set(key, ids.add(principal.id));
    }
    const externalId = externalIdOf(principal);
    if (externalId !== null) this.#byExternalId.set(externalId, principal.id);
    this.#prefixes = undefined;
  }

  remove(id: string): boolean {
    const principal = this.#byId.get(id);
    if (principal === undefined) return false;
    this.#byId.delete(id);
    this.#unlist(principal);
    return true;
  }

  all(): Iterable<Principal> {
    return this.#byId.values();
  }

  /** Whoever has this user name, e-mail or name, whatever its case; in the order of creation. */
  named(name: string): readonly Principal[] {
    return this.#existing(this.#byName.get(name.toLowerCase()) ?? []);
  }

  startingWith(prefix: string): readonly Principal[] {
    const wanted = prefix.toLowerCase();
    const entries = this.#sortedPrefixes();
    const found = new Set<string>();
    for (let at = firstAtLeast(entries, wanted); at < entries.length; at += 1) {
      const entry = entries[at];
      if (entry === undefined || !entry.word.startsWith(wanted)) break;
      found.add(entry.id);
    }
    return this.#existing(found);
  }

  /** A scan: for searches in the middle of words. */
  containing(text: string): readonly Principal[] {
    const wanted = text.toLowerCase();
    return [...this.#byId.values()].filter((principal) =>
      wordsOf(principal).some((word) => word.toLowerCase().includes(wanted)),
    );
  }

  #unlist(principal: Principal): void {
    for (const name of namesOf(principal)) this.#byName.get(name.toLowerCase())?.delete(principal.id);
    const externalId = externalIdOf(principal);
    if (externalId !== null) this.#byExternalId.delete(externalId);
    this.#prefixes = undefined;
  }

  #existing(ids: Iterable<string>): readonly Principal[] {
    return [...ids].flatMap((id) => this.#byId.get(id) ?? []);
  }

  #sortedPrefixes(): readonly PrefixEntry[] {
    this.#prefixes ??= [...this.#byId.values()]
      .flatMap((principal) =>
        wordsOf(principal).map((word) => ({
          word: word.toLowerCase(),
          id: principal.id,
        })),
      )
      .toSorted((a, b) => (a.word < b.word ? -1 : Number(a.word > b.word)));
    return this.#prefixes;
  }
}

function wordsOf(principal: Principal): readonly string[] {
  return [...namesOf(principal), displayNameOf(principal)];
}

function externalIdOf(principal: Principal): string | null {
  return 'externalId' in principal ? (principal.externalId?.toLowerCase() ?? null) : null;
}

function sameWords(one: Principal, other: Principal): boolean {
  return externalIdOf(one) === externalIdOf(other) && wordsOf(one).join('\n') === wordsOf(other).join('\n');
}

function firstAtLeast(entries: readonly PrefixEntry[], word: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.word ?? '') < word) low = middle + 1;
    else high = middle;
  }
  return low;
}
