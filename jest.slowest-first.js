const { statSync } = require('node:fs');

/** Where a file stands tells how long it takes, and its size does not: a sweep of histories is two lines. */
const SLOWEST = [
  'chaos',
  'browser',
  'integration/bench',
  'integration/stack',
  'integration/sandbox',
  'integration',
];

/** Begins with what takes longest, so that no worker waits for the other at the end. */
module.exports = class SlowestFirst {
  sort(tests) {
    const rankOf = ({ path }) => {
      const place = path.replaceAll('\\', '/');
      const rank = SLOWEST.findIndex((folder) => place.includes(`/tests/${folder}/`));
      return rank === -1 ? SLOWEST.length : rank;
    };
    return [...tests].sort((a, b) => rankOf(a) - rankOf(b) || statSync(b.path).size - statSync(a.path).size);
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
};
