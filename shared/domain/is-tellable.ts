/**
 * Whether a name that somebody wrote can be told back in a fault: it looks like one. What else stands there may be somebody's address,
 * or a secret in a wrong place.
 */
export function isTellable(name: string): boolean {
  return (
    /^[\p{L}\p{N}][\p{L}\p{N} _.,&()/+*-]{0,63}$/u.test(name) &&
    !/(?=[\w+/=-]*\d)[\w+/=-]{24}/.test(name) &&
    !/^(?:whsec_|eyJ)/.test(name)
  );
}
