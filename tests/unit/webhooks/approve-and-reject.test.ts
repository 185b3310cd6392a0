import { describe, expect, it } from '@jest/globals';
import { formatsOf } from '../../../shared/webhooks/format-registry';
import { playTicketPath, ticketPaths } from '../../fixtures/webhooks/ledger-paths';

describe('a ticket, from its bytes to the ledger', () => {
  it.each(ticketPaths.map((path) => [path.format, path] as const))(
    'is a grant when it was approved, and nothing when it was refused: %s',
    async (_format, path) => {
      expect(await playTicketPath(path)).toEqual({ rejected: [path.refused, 0], approved: ['recorded', 1] });
    },
  );

  it('has a row for every format', () => {
    expect(ticketPaths.map(({ format }) => format).toSorted()).toEqual(formatsOf('ticket').toSorted());
  });
});
