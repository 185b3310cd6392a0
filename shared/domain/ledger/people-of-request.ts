import { fold } from '../fold';
import type { Timeline } from './statement';

/** What is known of the people whom a request names, each by one of their addresses. */
export type PeopleOfRequest = Readonly<{
  /** Every address of the person, folded. */
  addressesOf: (address: string) => readonly string[];
  /** The same text for two addresses of one person, and for people who share an account. */
  personOf: (address: string) => string;
  /** What sources of HR said of the person; empty for somebody whom none ever named. */
  timelineOf: (address: string) => Timeline;
}>;

/** People of whom nothing is known but the address. */
export const STRANGERS: PeopleOfRequest = {
  addressesOf: (address) => [fold(address)],
  personOf: fold,
  timelineOf: () => [],
};
