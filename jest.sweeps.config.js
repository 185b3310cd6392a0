/** Each fault at each step, and each order of arrival, of the histories written by hand; two hundred random decisions that are undone. @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.js'),
  testMatch: [
    '**/every-step.test.ts',
    '**/every-order.test.ts',
    '**/every-source.test.ts',
    '**/every-undo.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/'],
};
