/** A message that another deployment on the same storage has to handle is sent again after so long, */
export const PASS_ON_MS = 5_000;
/** so many times: where two take turns, one in a thousand comes to the same one each time. */
export const MOST_PASSED_ON = 9;
