import { z } from 'zod';
import { listAllPages } from './list-all-pages';
import type { Transport } from './transport';
import { GuidSchema, pageSchema, TextSchema } from './wire-schemas';

type UiPathRobotAccount = Readonly<{ id: string; name: string | null }>;

export type UiPathRobotAccounts = Readonly<{
  /** In the order of ids: a GET for the first 1000, and one for each 999 more; needs the scope PM.RobotAccount.Read. */
  list: () => Promise<readonly UiPathRobotAccount[]>;
}>;

const RobotPageSchema = pageSchema(z.object({ id: GuidSchema, name: TextSchema }));

export function createRobotAccounts(transport: Transport): UiPathRobotAccounts {
  const { identityBaseUrl, partitionGlobalId } = transport.address;
  const url = `${identityBaseUrl}/api/RobotAccount/${partitionGlobalId}?sortBy=Id&sortOrder=asc`;
  return {
    list: async () =>
      listAllPages(transport, { what: 'list the robot accounts', area: 'robots', url }, RobotPageSchema),
  };
}
