import { faultInAddress, faultInContainerAddress, faultInUiPathAddress } from '../domain/service-address';
import type { Fault } from './policy-fault';
import type { PolicyFile } from './policy-schema';

type JudgedAddress = Readonly<{ path: readonly PropertyKey[]; problem: string | undefined }>;

/** Addresses of the file that nothing may be sent to. */
export function faultsInAddresses(
  { organizations, sources }: PolicyFile,
  development: boolean,
): readonly Fault[] {
  const judged = [
    ...Object.entries(organizations).flatMap(([alias, entry]) => [
      ...(['identityBaseUrl', 'auditBaseUrl'] as const).map((key): JudgedAddress => ({
        path: ['organizations', alias, key],
        problem: entry[key] === undefined ? undefined : faultInUiPathAddress(entry[key], development),
      })),
      {
        path: ['organizations', alias, 'evidence', 'checkpoints'],
        problem:
          entry.evidence.checkpoints === undefined
            ? undefined
            : faultInContainerAddress(entry.evidence.checkpoints, development),
      },
      ...entry.notify.map(({ url }, index): JudgedAddress => ({
        path: ['organizations', alias, 'notify', index, 'url'],
        problem: faultInAddress(url, { called: 'whole', development }),
      })),
    ]),
    ...(['hr', 'tickets'] as const).flatMap((feed) =>
      Object.entries(sources[feed]).flatMap(([name, { fetchBack, entra }]) =>
        Object.entries({ 'fetchBack.baseUrl': fetchBack?.baseUrl, 'entra.authority': entra?.authority }).map(
          ([place, address]): JudgedAddress => ({
            path: ['sources', feed, name, ...place.split('.')],
            problem:
              address === undefined ? undefined : faultInAddress(address, { called: 'base', development }),
          }),
        ),
      ),
    ),
  ];
  return judged.flatMap(({ path, problem }) => (problem === undefined ? [] : [{ path, problem }]));
}
