import { describe, expect, it } from '@jest/globals';
import { useWorlds } from '../world';
import { ACCOUNT_HISTORIES } from './account-histories';
import { playHistory, SEED } from './history';
import { HISTORY_POLICY, sayInContract } from './say-in-contract';
import { SWITCHED_ACCOUNT_HISTORIES } from './switched-account-histories';
import { WORKER_RECORD_HISTORIES } from './worker-record-histories';

const begin = useWorlds();

describe('a history of worker records, addresses and accounts', () => {
  it.each(
    [...WORKER_RECORD_HISTORIES, ...ACCOUNT_HISTORIES, ...SWITCHED_ACCOUNT_HISTORIES].map(
      (history) => [history.number, history.title, history] as const,
    ),
  )('%s ends with what is right, and the audit says so: %s', async (_number, _title, history) => {
    const world = await begin({ policy: HISTORY_POLICY, seed: SEED });
    const { at, second, findings } = await playHistory(world, history, sayInContract);
    expect({ at, second, findings: findings.filter((check) => check !== 'condition-for-nobody') }).toEqual({
      at: history.at,
      second: history.second ?? [],
      findings: history.findings ?? [],
    });
  });
});
