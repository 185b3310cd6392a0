import { expect, it } from '@jest/globals';
import { createRequestIndex } from '../../../shared/storage/request-index';
import { openMemoryStorage } from '../../fixtures/memory-storage/open';

it('tells whom a ticket granted something, and of one that nobody noted nothing, without noting it', async () => {
  const requests = createRequestIndex(openMemoryStorage());
  const people = async (ticket: string) => requests.peopleOfTicket('acme', ticket);
  expect(await people('T-1')).toEqual([]);
  await requests.noteTicket('acme', 'T-1', { person: 'ana' });
  await requests.noteTicket('acme', 'T-1', { person: 'ben' });
  await requests.noteTicket('acme', 'T-2', { withdrawnAtMs: 7 });
  expect([await people('T-1'), await people('T-2'), await people('T-3')]).toEqual([['ana', 'ben'], [], []]);
  expect(await requests.peopleOfTicket('globex', 'T-1')).toEqual([]);
});
