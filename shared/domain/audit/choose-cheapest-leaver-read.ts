/** Most members, or groups, that one call tells of. */
const GROUPS_PER_CALL = 200;

/**
 * Chooses the cheaper way to find leavers in groups that the policy does not name: a GET for each group, or a POST for
 * each leaver and 200 groups. UiPath allows eighty times as many POST calls, so the cost is the number of quota
 * windows that either fills.
 */
export function chooseCheapestLeaverRead(
  leavers: number,
  groups: number,
  allowances: Readonly<{ get: number; post: number }>,
): 'per-group' | 'per-person' {
  const perGroup = groups / allowances.get;
  const perPerson = (leavers * Math.ceil(groups / GROUPS_PER_CALL)) / allowances.post;
  return perPerson <= perGroup ? 'per-person' : 'per-group';
}
