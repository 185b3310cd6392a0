import type { OrganizationPolicy, People } from '../domain/policy';
import { fold } from '../domain/fold';

/** A signed-in person. `id` binds their form tokens to them. */
export type Visitor = Readonly<{ name: string; via: 'key' | 'easy-auth'; id: string }>;

/** Whether a visitor may read an organization. Visitors with the key may: the key opens everything else. */
export function mayRead(visitor: Visitor, { console }: Pick<OrganizationPolicy, 'console'>): boolean {
  return isAmong(visitor, console.readers) || mayDecide(visitor, { console });
}

/** Whether a visitor may release, retry and accept. */
export function mayDecide(visitor: Visitor, { console }: Pick<OrganizationPolicy, 'console'>): boolean {
  return isAmong(visitor, console.operators);
}

function isAmong({ name, via }: Visitor, people: People): boolean {
  return via === 'key' || people === 'anyone' || people.has(fold(name));
}
