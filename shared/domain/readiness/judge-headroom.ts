import type { QuotaHeadroom } from '../plan/quota';

/** Of our share; with less a larger batch of work waits. */
const LOW = 0.1;

export type HeadroomVerdict = Readonly<{
  cause: 'uipath-throttled' | 'quota-exhausted' | 'quota-low';
  told: string;
}>;

/** The worst that can be said of what is left of the calls; undefined: there is enough. */
export function judgeHeadroom(headroom: readonly QuotaHeadroom[]): HeadroomVerdict | undefined {
  const blocked = headroom.find(({ blockedUntilMs }) => blockedUntilMs !== undefined);
  if (blocked?.blockedUntilMs !== undefined) {
    const until = new Date(blocked.blockedUntilMs).toISOString();
    return {
      cause: 'uipath-throttled',
      told: `UiPath answered 429 to ${blocked.method} calls: none is made before ${until}`,
    };
  }
  const least = headroom.toSorted((a, b) => partOf(a) - partOf(b))[0];
  if (least === undefined || partOf(least) >= LOW) return undefined;
  const { method, remaining, allowance } = least;
  const told = `Of ${allowance} ${method} calls in five minutes ${remaining} are left`;
  return { cause: remaining === 0 ? 'quota-exhausted' : 'quota-low', told };
}

function partOf({ remaining, allowance }: QuotaHeadroom): number {
  return remaining / allowance;
}
