/** Whoever holds a key is known by nothing else: the name is what they call themselves. */
export type KeyDecider = Readonly<{
  kind: 'key-holder';
  name: string;
  establishedBy: 'console-key' | 'function-key';
  /** Epoch milliseconds: of the sign-in with the console key, or of the request. */
  establishedAtMs: number;
}>;

/** A person whom Entra ID signed in, by tenant and object id. Names can be given to somebody else: they are for readers. */
export type SignedInPerson = Readonly<{
  kind: 'person';
  tenantId: string;
  objectId: string;
  name: string;
  /** Where the platform tells it, and it is another text than the name. */
  email?: string | undefined;
  establishedBy: 'easy-auth';
  establishedAtMs: number;
}>;

export type HumanDecider = SignedInPerson | KeyDecider;

/** Who decides: the policy by itself, a signed-in person, or whoever has a key. No name makes somebody the policy. */
export type Decider = Readonly<{ kind: 'policy' }> | HumanDecider;

/** Who decided, as rows have it. Earlier versions wrote a text, of which nothing says how it was established. */
export type DecidedBy = Decider | string;

export const BY_POLICY = { kind: 'policy' } as const satisfies Decider;

/** The text in which earlier versions wrote that the policy decided. A person could have called themselves so: guards hold for both. */
const POLICY_TEXT = 'policy';

export function isByPolicy(by: DecidedBy | undefined): boolean {
  return typeof by === 'object' ? by.kind === 'policy' : by === POLICY_TEXT;
}

/** Tells one who decides from another, whenever and however often they prove who they are. */
export function keyOfDecider(by: DecidedBy): string {
  if (typeof by === 'string') return by;
  if (by.kind === 'policy') return JSON.stringify([by.kind]);
  return by.kind === 'person'
    ? JSON.stringify([by.kind, by.tenantId, by.objectId])
    : JSON.stringify([by.establishedBy, by.name]);
}

/** Who decided and how that was established, for readers. */
export function describeDecider(by: DecidedBy): string {
  if (typeof by === 'string') return by;
  switch (by.kind) {
    case 'policy':
      return 'the policy';
    case 'person':
      return `${by.name} (Entra ID, object ${by.objectId} of tenant ${by.tenantId})`;
    case 'key-holder':
      return `${by.establishedBy === 'console-key' ? 'console' : 'function'} key, calls themselves ${by.name}`;
  }
}

/** Who decided, by name alone. */
export function nameOfDecider(by: DecidedBy): string {
  if (typeof by === 'string') return by;
  if (by.kind === 'policy') return 'the policy';
  return by.kind === 'person' ? by.name : `${by.name} (with the key)`;
}
