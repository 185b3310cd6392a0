import { foldSecretName, placesThatShare, secretPlacesOf } from '../domain/secret-places';
import type { Fault } from './policy-fault';
import type { PolicyFile } from './policy-schema';
import { toldName } from './told-name';

/** A secret that two places name, unless both show it to the same recipient: whoever has it for one could act for the other. */
export function faultsInSecrets({ organizations, sources }: PolicyFile): readonly Fault[] {
  const places = secretPlacesOf(
    Object.entries(organizations),
    (['hr', 'tickets'] as const).flatMap((feed) =>
      Object.entries(sources[feed]).map(([name, source]) => [feed, name, source] as const),
    ),
  );
  return placesThatShare(places, ({ secret }) => [foldSecretName(secret)]).map(
    ([earlier, { path, secret }]) => ({
      path,
      problem: `${toldName('', secret)} is the secret of ${earlier.path.join('.')} too, so that whoever has it for one could act for the other: name a secret of its own`,
    }),
  );
}
