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

/** Tries all attacks, those that disturb others one after another at the end. `tell` hears of each. */
export async function runAttacks(
  target: Target,
  attacks: readonly Attack[],
  tell: (result: AttackResult) => void,
): Promise<readonly AttackResult[]> {
  const controls = new Map<string, Promise<string | undefined>>();
  const faultOf = async (control: Control): Promise<string | undefined> => {
    const known = controls.get(control.id) ?? faultOfControl(target, control);
    controls.set(control.id, known);
    return known;
  };
  const run = async (attack: Attack): Promise<AttackResult> => {
    const startedAtMs = performance.now();
    const result = await outcomeOf(target, attack, faultOf);
    const told = { attack, ms: performance.now() - startedAtMs, ...result };
    tell(told);
    return told;
  };
  const together = await mapConcurrently(
    attacks.filter(({ alone }) => alone !== true),
    AT_ONCE,
    run,
  );
  const alone: AttackResult[] = [];
  for (const attack of attacks.filter((one) => one.alone === true)) alone.push(await run(attack));
  return [...together, ...alone];
}

async function outcomeOf(
  target: Target,
  attack: Attack,
  faultOf: (control: Control) => Promise<string | undefined>,
): Promise<Pick<AttackResult, 'outcome' | 'why'>> {
  try {
    // Those that disturb others may have changed what the control needs: it comes first.
    const fault = attack.alone === true ? await faultOf(attack.control) : undefined;
    if (await attack.run(target)) return { outcome: 'succeeded' };
    const why = fault ?? (await faultOf(attack.control));
    return why === undefined ? { outcome: 'failed' } : { outcome: 'unproven', why };
  } catch (error) {
    return { outcome: 'unproven', why: messageOf(error) };
  }
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
