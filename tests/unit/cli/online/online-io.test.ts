import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { createOnlineIo } from '../../../../cli/online/online-io';

describe('a command that goes on until somebody has enough', () => {
  it.each([
    ['Ctrl+C', 'process', 'SIGINT'],
    ['a container that stops', 'process', 'SIGTERM'],
    ['nobody who reads its answer any more', 'stdout', 'error'],
  ] as const)('hears of %s', (_what, where, event) => {
    const stdout = new EventEmitter();
    const process = Object.assign(new EventEmitter(), { stdin: {}, stdout, stderr: {}, env: {} });
    const signal = createOnlineIo(process as never).interrupted();
    expect(signal.aborted).toBe(false);
    (where === 'stdout' ? stdout : process).emit(event, new Error('EPIPE'));
    expect(signal.aborted).toBe(true);
  });
});
