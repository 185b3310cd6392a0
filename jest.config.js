/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests', '<rootDir>/functions', '<rootDir>/shared'],
  testMatch: ['**/*.test.ts'],
  // Minutes of waiting for leases to end: `npm run test:kills`. More than a thousand pairs of faults: `npm run test:pairs`. Each
  // fault at each step, and each order of arrival: `npm run test:sweeps`.
  testPathIgnorePatterns: [
    '/node_modules/',
    'kill-at-each-step',
    'every-pair',
    'every-step',
    'every-order',
    'every-source',
    'every-undo',
  ],
  transform: {
    '^.+\\.[jt]s$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } }],
  },
  // These come as ES modules only, which jest cannot require on Node 20.
  transformIgnorePatterns: [
    '[/\\\\]node_modules[/\\\\](?!(jose|temporal-polyfill|temporal-utils|@marcbachmann)[/\\\\])',
  ],
  // Each look-up of a global in a test's own context takes as long as a call; of these, which no package declares anew, as one of a variable.
  sandboxInjectedGlobals: ['JSON', 'Map', 'Math', 'Number', 'Object', 'String'],
  restoreMocks: true,
  errorOnDeprecated: true,
  testSequencer: '<rootDir>/jest.slowest-first.js',
  maxWorkers: 2,
  // A worker that has run a hundred files holds more than a gigabyte, and collecting its garbage costs more than the tests.
  workerIdleMemoryLimit: '600MB',
  testTimeout: 120_000,
  collectCoverageFrom: ['functions/**/*.ts', 'shared/**/*.ts'],
  coverageDirectory: 'coverage',
  coverageThreshold: { './shared/domain/': { statements: 100, branches: 100, functions: 100, lines: 100 } },
};
