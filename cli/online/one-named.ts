import { CommandFailure } from '../command-failure';
import { EXIT } from '../exit-codes';
import { plainText } from '../output/plain-text';

/** Shorter beginnings fit by chance. */
const SHORTEST = 4;

/** The only one whose id is, or begins with, what was said. @throws CommandFailure `id-ambiguous`, or `unknown` */
export function oneNamed<T>(
  all: readonly T[],
  said: string,
  what: string,
  unknown: string,
  idOf: (one: T) => string,
): T {
  const wanted = said.toLowerCase();
  const exact = all.filter((one) => idOf(one).toLowerCase() === wanted);
  const found =
    exact.length > 0 || wanted.length < SHORTEST
      ? exact
      : all.filter((one) => idOf(one).toLowerCase().startsWith(wanted));
  const [only, another] = found;
  if (only === undefined)
    throw new CommandFailure(unknown, `There is no ${what} ${plainText(said)} that waits for somebody`, {
      exit: EXIT.no,
    });
  if (another !== undefined)
    throw new CommandFailure('id-ambiguous', `Several begin with ${plainText(said)}: say more of it`);
  return only;
}
