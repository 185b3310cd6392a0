import type { Instance } from '../fixtures/engine-instance';
import type { Bug } from './play';

type Client = ReturnType<Awaited<ReturnType<Instance['uipath']>>['forLane']>;
type Groups = Client['groups'];

/** An instance whose way to UiPath is bent. */
export function withClient(change: (client: Client) => Client): Bug {
  return (instance) => ({
    ...instance,
    uipath: async (alias, signal) => {
      const uipath = await instance.uipath(alias, signal);
      return { ...uipath, forLane: (lane) => change(uipath.forLane(lane)) };
    },
  });
}

export function withGroups(change: (groups: Groups) => Groups): Bug {
  return withClient((client) => ({ ...client, groups: change(client.groups) }));
}
