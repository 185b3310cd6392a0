import { mapConcurrently } from '../../shared/map-concurrently';
import type { Attack } from './attack';
import type { Control } from './control';
import type { Target } from './target';

export type AttackResult = Readonly<{
  attack: Attack;
  /** `unproven`: the attack failed, and so did its control; or one of them could not be carried out. */
  outcome: 'failed' | 'succeeded' | 'unproven';
  why?: string;
  ms: number;
}>;

const AT_ONCE = 64;
/** On a machine that is busy a control may come too late, and the attack may then have been judged too early: both are tried again. */
const ROUNDS = 2;

/** Why a control does not work; undefined: it does. Each is tried once a round. */
type FaultOf = (control: Control, round: number) => Promise<string | undefined>;

/** Of those that were not proven: what others did to their target may stand in the way of a control. */
const AT_ONCE_AGAIN = 8;

/**
 * Tries all attacks. Those that disturb others have a target of their own for each boundary, one after another; those that were not
 * proven are tried again in a new one. `tell` hears of each try.
 */
export async function runAttacks(
  attacks: readonly Attack[],
  open: () => Target,
  tell: (result: AttackResult) => void,
): Promise<readonly AttackResult[]> {
  const lanes = new Map<string, readonly Attack[]>();
  for (const attack of attacks) {
    const lane = attack.alone === true ? attack.boundary : '';
    lanes.set(lane, [...(lanes.get(lane) ?? []), attack]);
  }
  const results = await Promise.all(
    [...lanes].map(async ([lane, some]) => {
      const target = open();
      try {
        return await runOn(target, some, { atOnce: lane === '' ? AT_ONCE : 1, tell });
      } finally {
        await target.close();
      }
    }),
  );
  const tried = results.flat();
  const unproven = tried.filter(({ outcome }) => outcome === 'unproven').map(({ attack }) => attack);
  if (unproven.length === 0) return tried;
  const target = open();
  try {
    const alone = unproven.some((attack) => attack.alone === true);
    const again = await runOn(target, unproven, { atOnce: alone ? 1 : AT_ONCE_AGAIN, tell });
    const outcomes = new Map(again.map((result) => [result.attack, result]));
    return tried.map((result) => outcomes.get(result.attack) ?? result);
  } finally {
    await target.close();
  }
}

async function runOn(
  target: Target,
  attacks: readonly Attack[],
  { atOnce, tell }: Readonly<{ atOnce: number; tell: (result: AttackResult) => void }>,
): Promise<readonly AttackResult[]> {
  const controls = new Map<string, Promise<string | undefined>>();
  const faultOf: FaultOf = async (control, round) => {
    const name = `${round} ${control.id}`;
    const known = controls.get(name) ?? faultOfControl(target, control);
    controls.set(name, known);
    return known;
  };
  const run = async (attack: Attack): Promise<AttackResult> => {
    const startedAtMs = performance.now();
    const result = await outcomeOf(target, attack, faultOf);
    const told = { attack, ms: performance.now() - startedAtMs, ...result };
    tell(told);
    return told;
  };
  return mapConcurrently(attacks, atOnce, run);
}

async function outcomeOf(
  target: Target,
  attack: Attack,
  faultOf: FaultOf,
): Promise<Pick<AttackResult, 'outcome' | 'why'>> {
  let why = 'It was not tried';
  for (let round = 1; round <= ROUNDS; round += 1)
    try {
      // Those that disturb others may have changed what the control needs: it comes first.
      const fault = attack.alone === true ? await faultOf(attack.control, round) : undefined;
      if (await attack.run(target)) return { outcome: 'succeeded' };
      const found = fault ?? (await faultOf(attack.control, round));
      if (found === undefined) return { outcome: 'failed' };
      why = found;
    } catch (error) {
      why = messageOf(error);
    }
  return { outcome: 'unproven', why };
}

async function faultOfControl(target: Target, { id, works }: Control): Promise<string | undefined> {
  try {
    return (await works(target)) ? undefined : `The control ${id} does not work`;
  } catch (error) {
    return `The control ${id} does not work: ${messageOf(error)}`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'It failed';
}
