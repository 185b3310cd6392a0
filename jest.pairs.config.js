/** Every two faults of two units. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: ['**/every-pair.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
