/** Name of the secret that opens the console, and from which the keys of its sessions and forms are derived. */
export const CONSOLE_SECRET = 'console-key';

/** The secret that storage does not have: rows are sealed, and the log is signed, with what is derived of it. */
export const EVIDENCE_SECRET = 'evidence-key';

/**
 * One thing that a secret is for, by its place in the policy. `recipient`: to whom the secret, or what it signs, is shown by us. What two
 * places show to one recipient may be one secret: the recipient learns nothing that it could use elsewhere.
 */
export type SecretPlace = Readonly<{
  path: readonly PropertyKey[];
  secret: string;
  recipient: string | undefined;
}>;

type OrganizationSecrets = Readonly<{
  credentialSecret: string;
  notify: ReadonlyArray<Readonly<{ url: string; secret: string }>>;
}>;
type SourceSecrets = Readonly<{
  secret?: string | undefined;
  fetchBack?: Readonly<{ baseUrl: string; secret: string }> | undefined;
}>;

/** Every place of a policy that names a secret, and those of the application's own. */
export function secretPlacesOf(
  organizations: Iterable<readonly [alias: string, OrganizationSecrets]>,
  sources: Iterable<readonly [feed: 'hr' | 'tickets', name: string, SourceSecrets]>,
): readonly SecretPlace[] {
  return [
    { path: ['console'], secret: CONSOLE_SECRET, recipient: undefined },
    { path: ['evidence'], secret: EVIDENCE_SECRET, recipient: undefined },
    ...[...organizations].flatMap(([alias, { credentialSecret, notify }]): SecretPlace[] => [
      { path: ['organizations', alias, 'credentialSecret'], secret: credentialSecret, recipient: undefined },
      ...notify.map(({ url, secret }, index) => ({
        path: ['organizations', alias, 'notify', index, 'secret'],
        secret,
        recipient: `notify ${url}`,
      })),
    ]),
    ...[...sources].flatMap(([feed, name, { secret, fetchBack }]): SecretPlace[] => [
      ...(secret === undefined
        ? []
        : [{ path: ['sources', feed, name, 'secret'], secret, recipient: undefined }]),
      ...(fetchBack === undefined
        ? []
        : [
            {
              path: ['sources', feed, name, 'fetchBack', 'secret'],
              secret: fetchBack.secret,
              recipient: `ask ${new URL(fetchBack.baseUrl).origin}`,
            },
          ]),
    ]),
  ];
}

/** Names of secrets have no case in Key Vault. */
export function foldSecretName(name: string): string {
  return name.trim().toLowerCase();
}

/** Each place that has a key of an earlier one, of another recipient, with that one. A key is a name, or what stands for a value. */
export function placesThatShare(
  places: readonly SecretPlace[],
  keysOf: (place: SecretPlace) => readonly string[],
): ReadonlyArray<readonly [earlier: SecretPlace, later: SecretPlace]> {
  const seen = new Map<string, SecretPlace[]>();
  return places.flatMap((place) => {
    const earlier = keysOf(place).flatMap((key) => {
      const others = seen.get(key) ?? [];
      const other = others.find(({ recipient }) => recipient === undefined || recipient !== place.recipient);
      seen.set(key, others);
      others.push(place);
      return other === undefined || other === place ? [] : [other];
    });
    return earlier.slice(0, 1).map((other) => [other, place] as const);
  });
}
