import { isTellable } from '../domain/is-tellable';
import { nearestWord } from '../domain/nearest-word';

/** `group "Finance"`, or `this group` where what is written looks like no name: it may be a secret in a wrong place. */
export function toldName(kind: string, written: string): string {
  return isTellable(written) ? `${kind === '' ? '' : `${kind} `}"${written}"` : `this ${kind}`.trim();
}

/** The fault of a name that is not known, such as `group "Finanse" is not under groups: is Finance meant?` */
export function unknownName(kind: string, written: string, where: string, known: readonly string[]): string {
  const meant = nearestWord(written, known);
  return `${toldName(kind, written)} is ${where}${meant === undefined ? '' : `: is ${meant} meant?`}`;
}

/** The fault of an act that a feed does not know. */
export function unknownAct(act: string, known: readonly string[]): string {
  return unknownName('', act, 'nothing that this feed can cause', known);
}
