import { BEN, GROUPS, ORGANIZATION } from './demo-organization';
import { workerJoined, workerLeft, workerMoved } from './events';
import { deliver } from './sender';
import type { Stack } from './stack';
import type { Step } from './story';
import { expectStatus, groupsOf, until } from './story-looks';

const RENAMED = 'ben.stark@acme.example';
const AUTOMATION = { department: 'Automation' };

/** What happens to somebody with two worker records, and then a new name. Our own contract tells it. */
export function storyOfRecords(stack: Stack, patienceMs: number): readonly Step[] {
  const says = async (body: object): Promise<void> => expectStatus(await deliver(stack.hr, body), 200);
  const seeGroups = async (email: string, ...want: readonly string[]): Promise<string> =>
    until(patienceMs, () => {
      const have = groupsOf(stack, email).join(', ') || 'no group';
      return have === (want.toSorted().join(', ') || 'no group') ? { found: have } : { seen: have };
    });
  return [
    {
      title: 'An old worker record ends; whoever works under another keeps its groups',
      teller: 'standard',
      play: async () => {
        await says(workerJoined(BEN, { department: 'Finance' }, 'contractor-7'));
        await seeGroups(BEN, GROUPS.finance, GROUPS.users);
        await says(workerJoined(BEN, AUTOMATION, 'employee-8'));
        await seeGroups(BEN, GROUPS.developers, GROUPS.finance, GROUPS.users);
        await says(workerLeft(BEN, 'contractor-7'));
        return `Ben is in ${await seeGroups(BEN, GROUPS.developers, GROUPS.users)}, without what the old record gave`;
      },
    },
    {
      title: 'Somebody with a new name leaves under it',
      teller: 'standard',
      play: async () => {
        const { principals } = stack.uipath.organization(ORGANIZATION);
        const user = principals.get(stack.uipath.idOf(ORGANIZATION, BEN));
        if (user?.kind !== 'user') throw new Error('Ben has no account');
        principals.put({ ...user, email: RENAMED, userName: RENAMED });
        await says(workerMoved(RENAMED, { title: 'Lead' }, 'employee-8'));
        await seeGroups(RENAMED, GROUPS.developers, GROUPS.users);
        await says(workerLeft(RENAMED, 'employee-8'));
        return `Ben Stark, formerly Ben Lead, is in ${await seeGroups(RENAMED)}`;
      },
    },
  ];
}
