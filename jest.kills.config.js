/** The story with a kill of the process at each step. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['**/kill-at-each-step.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
