import { SKEW_MS } from '../../domain/durations';
import { bodyInvalid } from '../check-body';

/**
 * When something was said, epoch milliseconds: at most its arrival, so that nobody speaks from the future. What ends access holds
 * from its arrival, whatever its time; what gives access is refused where its time lies further ahead than clocks differ.
 * @throws AppError `body-invalid`
 */
export function boundByArrival(
  time: string,
  field: string,
  { receivedAtMs, endsAccess }: Readonly<{ receivedAtMs: number; endsAccess: boolean }>,
): number {
  const saidAtMs = Date.parse(time);
  if (!endsAccess && saidAtMs > receivedAtMs + SKEW_MS)
    throw bodyInvalid([
      { field, problem: "Must not be later than its arrival: check the sender's clock and zone" },
    ]);
  return Math.min(saidAtMs, receivedAtMs);
}
