import type { Clock } from '../clock';
import type { Lane } from '../domain/lane';
import {
  allowanceOf,
  DEFAULT_QUOTA_RULES,
  headroomOf,
  type HttpMethod,
  type QuotaGate,
  type QuotaHeadroom,
  type QuotaRules,
} from '../domain/plan/quota';
import { AppError } from '../errors';
import { createQuotaCounter, type QuotaCounter } from './quota-counter';
import { openQuotaRow } from './read-and-write-quota-row';
import { coded } from './storage-errors';
import type { StorageAccount } from './storage-account';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies readonly HttpMethod[];

/** Nothing is changed by PATCH, and little by DELETE. */
const USED_METHODS = ['GET', 'POST', 'PUT'] as const satisfies readonly HttpMethod[];

/** So many POST calls are paid for at once: small beside their limit, and one storage transaction instead of many. */
const POST_BLOCK = 20;

/** What every instance of this application has spent of each organization's quota, kept in a table. */
export type QuotaLedger = Readonly<{
  forOrganization: (alias: string, lane?: Lane) => QuotaGate;
  /** What is left to the normal lane, of each method that the application uses. */
  headroom: (alias: string) => Promise<readonly QuotaHeadroom[]>;
}>;

/**
 * Every organization has the same rules unless `rulesOf` says otherwise for its alias.
 * @throws AppError `configuration-invalid` from `forOrganization` when a share leaves a method without a single call
 */
export function createQuotaGates(
  options: Readonly<{
    storage: Pick<StorageAccount, 'table' | 'seal'>;
    clock: Pick<Clock, 'now'>;
    rulesOf?: (alias: string) => Partial<QuotaRules>;
    postBlock?: number;
  }>,
): QuotaLedger {
  const { storage, clock, rulesOf, postBlock = POST_BLOCK } = options;
  const organizations = new Map<string, ReadonlyMap<HttpMethod, QuotaCounter>>();

  const open = (alias: string): ReadonlyMap<HttpMethod, QuotaCounter> => {
    const rules = { ...DEFAULT_QUOTA_RULES, ...rulesOf?.(alias) };
    return new Map(
      METHODS.map((method) => {
        requireRoom(rules, method);
        const row = coded(openQuotaRow(storage, alias, method));
        return [
          method,
          createQuotaCounter(row, rules, { method, blockSize: method === 'POST' ? postBlock : 0, clock }),
        ];
      }),
    );
  };

  return {
    forOrganization: (alias, lane = 'normal') => {
      const counters = organizations.get(alias) ?? open(alias);
      organizations.set(alias, counters);
      return toGate(counters, lane);
    },
    headroom: async (alias) => {
      const rules = { ...DEFAULT_QUOTA_RULES, ...rulesOf?.(alias) };
      return Promise.all(
        USED_METHODS.map(async (method) => {
          const { state } = await coded(openQuotaRow(storage, alias, method)).read();
          return headroomOf(state, rules, { method, lane: 'normal', nowMs: clock.now() });
        }),
      );
    },
  };
}

function toGate(counters: ReadonlyMap<HttpMethod, QuotaCounter>, lane: Lane): QuotaGate {
  const counterOf = (method: HttpMethod): QuotaCounter => {
    const counter = counters.get(method);
    if (counter === undefined) throw new RangeError(`${method} calls are not counted`);
    return counter;
  };
  return {
    spend: async (method, count = 1) => counterOf(method).spend(lane, count),
    blockUntil: async (method, untilMs) => counterOf(method).blockUntil(untilMs),
    remaining: async (method) => counterOf(method).remaining(lane),
    withLane: (other) => toGate(counters, other),
  };
}

function requireRoom(rules: QuotaRules, method: HttpMethod): void {
  if (allowanceOf(rules, method, 'normal') >= 1) return;
  throw new AppError(
    'configuration-invalid',
    `A quota share of ${rules.share} with a reserve of ${rules.reserve} leaves no ${method} call: raise the share`,
  );
}
