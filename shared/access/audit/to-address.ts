import { fold } from '../../domain/fold';

/** A name as an address, folded; null for one that is none. User names are addresses in most organizations, not in all. */
export function toAddress(name: string | null): string | null {
  return name?.includes('@') === true ? fold(name) : null;
}
