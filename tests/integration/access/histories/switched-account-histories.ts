import type { History } from './history';

const OWN = ['Developers', 'Users'];
const OWN_AND_ASKED = ['Developers', 'Finance', 'Users'];
const asked = { day: 1, does: 'asks', group: 'Finance' } as const;
const R1 = { record: '1' } as const;
const R2 = { record: '2' } as const;
const account = { record: '', source: 'directory' } as const;
const posted = { says: 'joins', ...account, address: 'B' } as const;
const switchedOff = { says: 'leaves', ...account } as const;
const told = { says: 'moves', ...R1, address: 'B' } as const;

/** A rename by a new account: how the identity provider and HR tell of it, in each order. */
const RENAMES = [
  [
    'HR, then the old one off and the new one',
    [
      { day: 3, ...told },
      { day: 4, ...switchedOff },
      { day: 4, ...posted },
    ],
  ],
  [
    'HR, then the new one and a day later the old one off',
    [
      { day: 3, ...told },
      { day: 4, ...posted },
      { day: 5, ...switchedOff },
    ],
  ],
  [
    'the old one off and the new one, then HR',
    [
      { day: 3, ...switchedOff },
      { day: 3, ...posted },
      { day: 4, ...told },
    ],
  ],
  [
    'the new one and a day later the old one off, then HR',
    [
      { day: 3, ...posted },
      { day: 4, ...switchedOff },
      { day: 5, ...told },
    ],
  ],
  [
    'the new one, then HR, then the old one off',
    [
      { day: 3, ...posted },
      { day: 4, ...told },
      { day: 5, ...switchedOff },
    ],
  ],
] as const;

/** What was said of a record before its end. */
const LAST_WORDS = [
  ['nothing else', []],
  ['its words were the latest', [{ day: 5, says: 'moves', ...R1, department: 'Finance' }]],
] as const;

/** Histories in which an identity provider posts a second account of a person. */
export const SWITCHED_ACCOUNT_HISTORIES: readonly History[] = [
  ...RENAMES.flatMap(([order, words], index): readonly History[] => [
    {
      number: `51 ${'abcde'.charAt(index)}`,
      title: `a rename by a new account that an identity provider posts: ${order}`,
      words: [
        { day: 0, says: 'joins', ...R1 },
        { day: 0, says: 'joins', ...account },
        ...words,
        // She is looked up again.
        { day: 19, says: 'moves', ...R1, address: 'B', department: 'Finance' },
      ],
      acts: [
        asked,
        { day: 1, does: 'asks', group: 'Treasury' },
        { day: 3, does: 'gives-account', address: 'B' },
      ],
      at: { 2: ['Developers', 'Finance', 'Treasury', 'Users'], 6: [], 20: [] },
      second: ['Finance', 'Users'],
      findings: ['account-replaced'],
    },
    {
      number: `52 ${'abcde'.charAt(index)}`,
      title: `such a rename, and HR says that they leave: ${order}`,
      words: [
        { day: 0, says: 'joins', ...R1 },
        { day: 0, says: 'joins', ...account },
        ...words,
        { day: 9, says: 'leaves', ...R1, address: 'B' },
      ],
      acts: [asked, { day: 3, does: 'gives-account', address: 'B' }],
      at: { 2: OWN_AND_ASKED, 10: [] },
      second: [],
    },
  ]),
  {
    number: 53,
    title:
      'a grant that is asked for under the address of a new account, before HR tells it, and HR says that they leave',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 4, says: 'moves', ...R1, address: 'B' },
      { day: 6, says: 'leaves', ...R1, address: 'B' },
    ],
    acts: [
      { day: 1, does: 'gives-account', address: 'B' },
      { day: 2, does: 'asks', group: 'Finance', address: 'B' },
    ],
    at: { 3: OWN, 5: [], 6: [] },
    second: [],
  },
  {
    number: 49,
    title:
      'an account that is switched off, and another of the same person was switched on under an address of before',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...account },
      { day: 1, says: 'moves', ...R1, address: 'B' },
      { day: 2, says: 'moves', ...R1 },
      { day: 3, says: 'joins', ...account, address: 'B' },
      { day: 5, says: 'leaves', ...account },
    ],
    acts: [{ day: 3, does: 'gives-account', address: 'B' }],
    at: { 4: OWN, 6: [] },
    findings: ['account-off-at-work'],
  },
  {
    number: 50,
    title: 'the same, and HR tells then that the other address is theirs',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...account },
      { day: 1, says: 'moves', ...R1, address: 'B' },
      { day: 2, says: 'moves', ...R1 },
      { day: 3, says: 'joins', ...account, address: 'B' },
      { day: 5, says: 'leaves', ...account },
      { day: 7, says: 'moves', ...R1, address: 'B' },
    ],
    acts: [{ day: 3, does: 'gives-account', address: 'B' }],
    at: { 6: [], 8: [] },
    second: OWN,
  },
  ...LAST_WORDS.map(([what, words], index): History => ({
    number: `54 ${'ab'.charAt(index)}`,
    title: `the end of one of two records, said of the address of before: ${what}`,
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...account },
      { day: 1, says: 'joins', ...R2 },
      { day: 3, says: 'moves', ...R2, address: 'B' },
      { day: 3, ...posted },
      { day: 4, ...switchedOff },
      ...words,
      { day: 6, says: 'leaves', ...R1 },
    ],
    acts: [{ day: 3, does: 'gives-account', address: 'B' }],
    at: { 2: OWN, 6: [] },
    second: OWN,
  })),
];
