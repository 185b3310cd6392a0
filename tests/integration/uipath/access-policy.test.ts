import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Scripted } from '../../fakes/fake-uipath';
import { errorOf } from '../../fakes/error-of';
import { guid, PARTITION, startClient, type ClientHarness } from './client-harness';

let harness: ClientHarness;

beforeEach(async () => {
  harness = await startClient();
});

afterEach(async () => {
  await harness.uipath.close();
});

const PATH = `/acme/identity_/api/PartitionAccessPolicy/${PARTITION}`;

function listOf(...numbers: readonly number[]): Scripted {
  const entities = numbers.map((number) => ({
    objectType: 'DirectoryUser',
    externalId: null,
    source: 'local',
    identifier: guid(number).toUpperCase(),
    name: `user${number}`,
    email: null,
    displayName: null,
  }));
  return { json: entities };
}

async function update(add: readonly string[], remove: readonly string[]): Promise<unknown> {
  return harness.client.accessPolicy.update({ entityType: 'user', add, remove });
}

describe('the access policy', () => {
  it('is read in both shapes that UiPath writes', async () => {
    harness.uipath.reply({
      json: [
        ...(listOf(10).json as unknown[]),
        { id: guid(11).toUpperCase(), name: 'Old', type: 'user', directoryId: 'x' },
      ],
    });
    const nothing = { email: null, displayName: null };
    await expect(harness.client.accessPolicy.read()).resolves.toEqual([
      { ...nothing, identifier: guid(10), name: 'user10', source: 'local', objectType: 'DirectoryUser' },
      { ...nothing, identifier: guid(11), name: 'Old', source: null, objectType: null },
    ]);
  });

  it('with an entry that nothing identifies is an error', async () => {
    harness.uipath.reply({ json: [{ name: 'Nobody' }] });
    expect((await errorOf(harness.client.accessPolicy.read)).code).toBe('uipath-answer-invalid');
  });
});

describe('a change of the access policy', () => {
  it('reads, sends what differs, reads again', async () => {
    harness.uipath.reply(listOf(1, 2), listOf(2, 3), listOf(2, 3));
    await expect(update([guid(2), guid(3)], [guid(1), guid(9)])).resolves.toMatchObject({
      added: [guid(3)],
      removed: [guid(1)],
      entities: [{ identifier: guid(2) }, { identifier: guid(3) }],
    });
    expect(harness.uipath.requests.map(({ method, path, json }) => [method, path, json])).toEqual([
      ['GET', PATH, undefined],
      ['PUT', PATH, { entitiesToAdd: [guid(3)], entitiesToRemove: [guid(1)], entityType: 'user' }],
      ['GET', PATH, undefined],
    ]);
  });

  it('sends nothing when all is as it should be', async () => {
    harness.uipath.reply(listOf(1));
    await expect(update([guid(1)], [guid(2)])).resolves.toMatchObject({ added: [], removed: [] });
    expect(harness.uipath.requests).toHaveLength(1);
  });

  it('waits a little for the list to show it', async () => {
    harness.uipath.reply(listOf(), listOf(), listOf(), listOf(), listOf(1));
    await expect(update([guid(1)], [])).resolves.toMatchObject({ added: [guid(1)] });
    expect(harness.clock.slept).toEqual([1_000, 1_000]);
  });

  it.each([
    ['was not made', [guid(1)], [], listOf()],
    ['changed more than it should', [guid(1)], [], listOf(1, 7)],
    ['removed somebody else', [], [guid(4)], listOf()],
  ])('that %s is an error', async (_, add, remove, after) => {
    const before = remove.length > 0 ? listOf(4, 5) : listOf();
    harness.uipath.reply(before, after, after, after, after);
    expect((await errorOf(async () => update(add, remove))).code).toBe('uipath-conflict');
  });

  it('whose answer was lost counts as made when the list shows it', async () => {
    harness.uipath.reply(listOf(), { fault: 'reset' }, listOf(1));
    await expect(update([guid(1)], [])).resolves.toMatchObject({ added: [guid(1)] });
  });

  it('whose answer was lost has an unknown outcome when the list does not show it', async () => {
    harness.uipath.reply(listOf(), { status: 504 }, listOf(), listOf(), listOf());
    expect((await errorOf(async () => update([guid(1)], []))).code).toBe('uipath-outcome-unknown');
  });

  it('that UiPath refuses is an error', async () => {
    harness.uipath.reply(listOf(), { status: 403 });
    expect((await errorOf(async () => update([guid(1)], []))).code).toBe('uipath-forbidden');
  });

  it.each([
    ['an id that is none', ['ana@example.com'], []],
    ['an id in both lists', [guid(1)], [guid(1)]],
  ])('with %s is not sent', async (_, add, remove) => {
    harness.uipath.reply(listOf());
    expect((await errorOf(async () => update(add, remove))).code).toBe('uipath-rejected');
    expect(harness.uipath.requests.map(({ method }) => method)).not.toContain('PUT');
  });
});
