import type { Clock } from '../clock';
import { countTry, type KeyTries } from '../domain/wrong-keys';
import { AppError, errorCodeOf } from '../errors';
import type { SignIns } from '../storage/desk/sign-ins';

export type TakeKeyDeps = Readonly<{
  signIns: Pick<SignIns, 'triesOf' | 'replaceTries' | 'forgetTries'>;
  clock: Pick<Clock, 'now'>;
}>;

/** Under this stand the tries of all addresses together. */
const ALL = 'all';
const ATTEMPTS = 5;

/**
 * Looks at a key that an address sent, unless the address has to wait after wrong ones. It is counted before it is looked at, in
 * storage: keys that are sent at once, or to several instances, each count.
 * @throws AppError `sign-in-too-often`
 */
export async function takeKey(deps: TakeKeyDeps, client: string, isRight: () => boolean): Promise<boolean> {
  await countOne(deps, client);
  if (isRight()) {
    await deps.signIns.forgetTries(client);
    return true;
  }
  const all = await readTries(deps, ALL);
  // Of two at once one may be lost: this counter only makes others stricter.
  await deps.signIns.replaceTries(ALL, all, countTry(all, undefined, deps.clock.now()));
  return false;
}

async function countOne(deps: TakeKeyDeps, client: string): Promise<void> {
  const all = await readTries(deps, ALL);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const known = await readTries(deps, client);
    const nowMs = deps.clock.now();
    if (known !== undefined && nowMs < known.notBeforeMs) throw tooOften(known.notBeforeMs);
    if (await deps.signIns.replaceTries(client, known, countTry(known, all, nowMs))) return;
  }
  throw tooOften(deps.clock.now() + 1000);
}

/** A row that cannot be read would keep an address out for good: it begins anew. */
async function readTries({ signIns }: TakeKeyDeps, client: string): Promise<KeyTries | undefined> {
  try {
    return await signIns.triesOf(client);
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    await signIns.forgetTries(client);
    return undefined;
  }
}

function tooOften(retryAtMs: number): AppError {
  return new AppError('sign-in-too-often', 'Too many wrong keys came from your address: wait a minute', {
    retryAtMs,
  });
}
