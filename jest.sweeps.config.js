/** Each fault at each step of the histories written by hand. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['**/every-step.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
