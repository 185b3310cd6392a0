import type { Control } from './control';
import type { Target } from './target';

/** The boundaries of docs/security.md that an attack can cross. */
export const BOUNDARIES = [
  'sender',
  'storage',
  'writer',
  'console',
  'vault',
  'notifications',
  'build',
] as const;

export type Boundary = (typeof BOUNDARIES)[number];

/** One thing that somebody tries who should not, and what must come of it. */
export type Attack = Readonly<{
  /** Stands in docs/security.md and after `--only`. */
  id: string;
  boundary: Boundary;
  tries: string;
  must: string;
  /** The same done rightly. Where that does not work either, nothing is proved. */
  control: Control;
  /** Disturbs others while it runs. */
  alone?: boolean;
  /** Whether the attacker got what they want. */
  run: (target: Target) => Promise<boolean>;
}>;

/** Attacks on one boundary with one control, from their rows. */
export function attacksOn(
  boundary: Boundary,
  control: Control,
  attacks: ReadonlyArray<Omit<Attack, 'boundary' | 'control'>>,
): readonly Attack[] {
  return attacks.map((attack) => ({ ...attack, boundary, control }));
}
