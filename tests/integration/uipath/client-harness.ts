import type { Clock } from '../../../shared/clock';
import type { Lane } from '../../../shared/domain/lane';
import type { HttpMethod, QuotaGate } from '../../../shared/domain/plan/quota';
import {
  createUiPathClient,
  type UiPathClient,
  type UiPathClientOptions,
} from '../../../shared/uipath/client';
import { startFakeUiPath, type FakeUiPath } from '../../fakes/fake-uipath';

export const START_MS = Date.parse('2026-03-02T08:00:00.123Z');

export const PARTITION = '11111111-2222-4333-8444-555555555555';

/** A GUID that differs by its number only. */
export function guid(number: number): string {
  return `aaaaaaaa-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

export type QuotaRecord = Readonly<{
  spent: Array<`${Lane} ${HttpMethod}`>;
  blocked: Array<Readonly<{ method: HttpMethod; untilMs: number }>>;
  /** Called before a call is granted. */
  onSpend: { run: () => void };
  gate: QuotaGate;
}>;

/** Grants everything and writes it down. */
export function recordingQuota(): QuotaRecord {
  const spent: QuotaRecord['spent'] = [];
  const blocked: QuotaRecord['blocked'] = [];
  const onSpend = { run: (): void => undefined };
  const gateOf = (lane: Lane): QuotaGate => ({
    spend: async (method) => {
      onSpend.run();
      spent.push(`${lane} ${method}`);
    },
    blockUntil: async (method, untilMs) => {
      blocked.push({ method, untilMs });
    },
    remaining: async () => 1,
    withLane: gateOf,
  });
  return { spent, blocked, onSpend, gate: gateOf('normal') };
}

/** Time that only passes when somebody sleeps or says so. */
export type ManualClock = Clock & Readonly<{ advance: (ms: number) => void; slept: number[] }>;

export function manualClock(): ManualClock {
  let nowMs = START_MS;
  const slept: number[] = [];
  const advance = (ms: number): void => {
    nowMs += ms;
  };
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      slept.push(ms);
      advance(ms);
    },
    advance,
    slept,
  };
}

export type ClientHarness = Readonly<{
  uipath: FakeUiPath;
  client: UiPathClient;
  clock: ManualClock;
  quota: QuotaRecord;
  /** Another client of the same server. */
  connect: (options?: Partial<UiPathClientOptions>) => UiPathClient;
}>;

export async function startClient(options: Partial<UiPathClientOptions> = {}): Promise<ClientHarness> {
  const uipath = await startFakeUiPath();
  const clock = manualClock();
  const quota = recordingQuota();
  const connect: ClientHarness['connect'] = (others = {}) =>
    createUiPathClient({
      organization: {
        alias: 'acme',
        partitionGlobalId: PARTITION,
        identityBaseUrl: `${uipath.url}/acme/identity_`,
      },
      credentials: async () => ({ clientId: 'app', clientSecret: 'hush' }),
      quota: quota.gate,
      clock,
      random: () => 0.5,
      requireMayWrite: async () => undefined,
      ...options,
      ...others,
    });
  return { uipath, client: connect(), clock, quota, connect };
}
