/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } }],
  },
  restoreMocks: true,
  errorOnDeprecated: true,
  maxWorkers: 2,
  testTimeout: 30_000,
  collectCoverageFrom: ['functions/**/*.ts', 'shared/**/*.ts'],
  coverageDirectory: 'coverage',
};
