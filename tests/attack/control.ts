import type { Target } from './target';

/** What attackers imitate, done as it should be: it has to work. */
export type Control = Readonly<{
  id: string;
  says: string;
  works: (target: Target) => Promise<boolean>;
}>;
