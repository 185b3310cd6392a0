import { causeOf, type RefusedDelivery } from '../../domain/dead-delivery';
import type { FieldProblem } from '../../domain/field-problem';
import { AppError, errorCodeOf } from '../../errors';
import type { DeadDeliveries } from '../../storage/dead-deliveries';
import type { Untimely } from '../../webhooks/signature';
import { bodyInvalid } from '../../webhooks/check-body';
import { signatureInvalid, type VerifySenderDeps } from './verify-sender';

export type KeepRefusedDeps = Readonly<{
  deadDeliveries: Pick<DeadDeliveries, 'keepRefused'>;
  log: VerifySenderDeps['log'];
}>;

const MOST_FIELDS = 20;

/**
 * Keeps an authentic delivery that is not followed, or not all of it, as a dead one: seen by an operator, and a finding. One that
 * was accepted before, under this id, is not lost and not kept again.
 * @throws what storage throws: then it is not kept, and the sender should try again
 */
export async function keepRefused(
  { deadDeliveries, log }: KeepRefusedDeps,
  { feed, source, receivedAtMs, contentType, body }: Omit<RefusedDelivery, 'code' | 'fields'>,
  error: unknown,
  deliveryId?: string,
): Promise<void> {
  const code = errorCodeOf(error);
  const fields = error instanceof AppError ? error.fields : [];
  await deadDeliveries.keepRefused(
    { feed, source, receivedAtMs, contentType, body, code, fields },
    deliveryId,
  );
  log({ event: 'delivery-refused', feed, source, code });
}

const PROBLEMS_OF_TIME: Readonly<Record<Untimely, string>> = {
  'timestamp-stale': 'Is too old, though the signature is right',
  'timestamp-future': 'Lies ahead, though the signature is right',
  'timestamp-unreadable': 'Cannot be read, though the signature is right',
};

/** Why a delivery with a right signature is refused. A sender is told no more than that it is. */
export function untimelyRefusal(untimely: Untimely): AppError {
  const { code, message } = signatureInvalid();
  return new AppError(code, message, {
    fields: [{ field: '(timestamp)', problem: PROBLEMS_OF_TIME[untimely] }],
  });
}

/** Keeps a delivery of which parts are not followed: once for each cause, however many people of a list share it. */
export function keepUnusableOf(
  deps: KeepRefusedDeps,
  delivery: Omit<RefusedDelivery, 'code' | 'fields'>,
): (fields: readonly FieldProblem[]) => Promise<void> {
  const causes = new Set<string>();
  return async (fields) => {
    const error = bodyInvalid(fields.slice(0, MOST_FIELDS));
    const cause = causeOf(error);
    if (causes.has(cause)) return;
    await keepRefused(deps, delivery, error);
    causes.add(cause);
  };
}
