import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { AppError, errorCodeOf, type ErrorCode } from '../../../../shared/errors';

const NOW_MS = 1_000_000;

/** A run of an organization whose own record nobody can read for now. */
function runThat(fails: ErrorCode, isBooked = true) {
  const booked: unknown[] = [];
  const logged: unknown[] = [];
  let taken = 0;
  const deps = {
    policy: async () => ({ hash: 'h', organizations: new Map(), sources: [] }),
    ownRecords: {
      read: async () => {
        throw new AppError(fails, 'not now');
      },
    },
    changes: {
      takeBooking: async () => {
        taken += 1;
        return isBooked;
      },
      bookRun: async (_alias: string, run: unknown) => {
        booked.push(run);
        return undefined;
      },
    },
    queues: { enqueueChanges: async () => undefined },
    clock: { now: () => NOW_MS },
    log: (line: unknown) => logged.push(line),
  } as unknown as Parameters<typeof applyChanges>[0];
  const message = { organization: 'acme', booking: 'b' } as unknown as Parameters<typeof applyChanges>[1];
  const run = async (): Promise<string> =>
    applyChanges(deps, message).catch((error: unknown) => `thrown: ${errorCodeOf(error)}`);
  return { run, booked, logged, taken: () => taken };
}

describe('a run of an organization whose own record cannot be read for now', () => {
  it('is booked again soon, says why, and does not use up its message', async () => {
    const { run, booked, logged } = runThat('vault-unavailable');
    expect(await run()).toBe('waiting');
    expect(booked).toEqual([expect.objectContaining({ atMs: NOW_MS + 5_000 })]);
    expect(logged).toEqual([expect.objectContaining({ event: 'apply-stopped', code: 'vault-unavailable' })]);
  });

  it('leaves it to the run that is booked', async () => {
    const { run, booked } = runThat('vault-unavailable', false);
    expect([await run(), booked]).toEqual(['superseded', []]);
  });

  it('comes back with its message where storage is gone, where nothing can be booked', async () => {
    const { run, booked, taken } = runThat('storage-unavailable');
    expect([await run(), booked, taken()]).toEqual(['thrown: storage-unavailable', [], 0]);
  });
});
