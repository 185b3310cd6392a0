import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANA, BEN, GROUPS, MALLORY, ORGANIZATION } from '../../../sandbox/demo-organization';
import { demoSources, listenedTo, secretKeyOf } from '../../../sandbox/vendors/demo-sources';
import { hrPosting, ticketPosting } from '../../../sandbox/vendors/vendor-posting';
import { formatsOf } from '../../../shared/webhooks/format-registry';
import { hrPaths, playHrPath, startDemoWorlds, type DemoWorlds } from '../../fixtures/webhooks/ledger-paths';

let worlds: DemoWorlds;
beforeAll(async () => {
  worlds = await startDemoWorlds();
});
afterAll(async () => worlds.close());

const about = {
  person: ANA,
  duration: 'P1D',
  requester: 'requester@acme.example',
  approver: BEN,
} as const;

const asked = ['jira', 'jira-automation', 'servicenow', 'servicenow-token'];

/** A client that keeps a list of users posts nothing, and has suites of its own. */
const isPosted = (source: string): boolean => source !== 'scim';

describe('what the local stack is sent in the name of a vendor', () => {
  it('covers every format and every source', () => {
    expect([...new Set(hrPaths.map(({ format }) => format))].toSorted()).toEqual(
      formatsOf('hr').filter(isPosted).toSorted(),
    );
    expect(hrPaths.map(({ source }) => source).toSorted()).toEqual(
      ['standard', ...listenedTo.hr].filter(isPosted).toSorted(),
    );
    expect(['standard', ...listenedTo.tickets].toSorted()).toEqual(formatsOf('ticket').toSorted());
    const keys = (['hr', 'tickets'] as const).flatMap((feed) =>
      listenedTo[feed].map((source) => secretKeyOf(feed, source)),
    );
    expect(worlds.secretKeys.toSorted()).toEqual(['standard', ...new Set(keys)].toSorted());
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(hrPaths.map((path) => [path.source, path] as const))(
    'is, for %s, a joiner, a mover and a leaver, as far as it may say so',
    async (source, path) => {
      const departments =
        source === 'entra-lifecycle-workflows' ? [undefined, undefined] : ['Automation', 'Finance'];
      const seen = await playHrPath(worlds, path);
      expect(seen).toEqual(
        path.says === 'everything'
          ? [
              ['recorded', 'active', departments[0]],
              ['recorded', 'active', departments[1]],
              ['recorded', 'left', undefined],
            ]
          : [
              ['recorded', 'active', 'Automation'],
              ['source-not-allowed', 'active', 'Automation'],
              ['source-not-allowed', 'active', 'Automation'],
            ],
      );
    },
  );

  it.each(demoSources.tickets)('is, for %s, a grant of a privileged group and its end', async (source) => {
    const world = worlds.world();
    const to = { ticketApiUrl: worlds.ticketApiUrl, secret: worlds.secretOf('tickets', source) };
    for (const act of ['grant', 'revoke']) {
      const posting = await ticketPosting(source, { ...about, group: GROUPS.support, number: 7, act }, to);
      await world.deliver({ feed: 'ticket', source, ...posting });
      world.advance(1_000);
    }
    expect(world.outcomes()).toEqual(['recorded', 'recorded']);
    expect(world.person(ORGANIZATION, ANA)).toMatchObject({
      grants: [{ group: GROUPS.support }],
      revocations: [{ group: GROUPS.support }],
    });
  });

  it.each(listenedTo.tickets.filter((source) => !demoSources.tickets.includes(source)))(
    'is, for %s, a grant of a group that is not privileged',
    async (source) => {
      const world = worlds.world();
      const to = { ticketApiUrl: worlds.ticketApiUrl, secret: worlds.secretOf('tickets', source) };
      const posting = await ticketPosting(
        source,
        { ...about, group: GROUPS.finance, number: 8, act: 'grant' },
        to,
      );
      await world.deliver({ feed: 'ticket', source, ...posting });
      expect(world.outcomes()).toEqual(['recorded']);
      expect(world.person(ORGANIZATION, ANA)?.grants).toMatchObject([{ group: GROUPS.finance }]);
    },
  );

  it.each(asked)('is nothing, for %s, while its own record says that it was declined', async (source) => {
    const world = worlds.world();
    const to = { ticketApiUrl: worlds.ticketApiUrl, secret: worlds.secretOf('tickets', source) };
    const ticket = { ...about, group: GROUPS.support, number: 9, act: 'grant' };
    const posting = await ticketPosting(source, ticket, to);
    await ticketPosting(source, { ...ticket, rejected: true }, to);
    await world.deliver({ feed: 'ticket', source, ...posting });
    expect(world.outcomes()).toEqual(['ticket-not-approved']);
    expect(world.person(ORGANIZATION, ANA)).toBeUndefined();
  });

  it('is looked up at the system that said it: another may have used the same number', async () => {
    const world = worlds.world();
    const postings = [];
    for (const [source, person] of [
      ['jira', ANA],
      ['jira-automation', MALLORY],
    ] as const) {
      const to = { ticketApiUrl: worlds.ticketApiUrl, secret: worlds.secretOf('tickets', source) };
      const ticket = { ...about, person, group: GROUPS.support, number: 10, act: 'grant' };
      postings.push({ feed: 'ticket', source, ...(await ticketPosting(source, ticket, to)) } as const);
    }
    for (const posting of postings) await world.deliver(posting);
    expect(
      [ANA, MALLORY].map((person) => world.person(ORGANIZATION, person)?.grants.map(({ source }) => source)),
    ).toEqual([['jira'], ['jira-automation']]);
  });

  it('is nothing for a vendor that there is not', async () => {
    const news = { kind: 'joiner', email: ANA, attributes: {} } as const;
    const { hrApiUrl, ticketApiUrl } = worlds;
    await expect(hrPosting('constructor', news, { hrApiUrl, secret: '' })).rejects.toThrow(
      'There is no such source',
    );
    const ticket = { ...about, number: 1, act: 'extend', group: 'x' };
    await expect(ticketPosting('constructor', ticket, { ticketApiUrl, secret: 'x' })).rejects.toThrow(
      'There is no such source',
    );
    await expect(ticketPosting('jira', ticket, { ticketApiUrl, secret: 'x' })).rejects.toThrow(
      'grant and revoke',
    );
  });
});
