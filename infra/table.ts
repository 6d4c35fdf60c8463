/**
 * The shape of the one table as data: the data stack creates it on AWS, the local cloud the same.
 * Which keys live in it stands in `lib/store/keys.ts`.
 */
type Attribute = { name: string; type: 'S' | 'N' };

export type TableShape = {
  partitionKey: Attribute;
  sortKey: Attribute;
  indexes: readonly {
    name: string;
    partitionKey: Attribute;
    sortKey: Attribute;
    projection: 'KEYS_ONLY' | 'ALL';
  }[];
  /** Seconds since 1970; DynamoDB is late with it, so the code checks it too. */
  timeToLive: string;
  stream: 'NEW_IMAGE';
};

export const tableShape = {
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  indexes: [
    {
      name: 'due',
      partitionKey: { name: 'due', type: 'S' },
      sortKey: { name: 'dueAt', type: 'N' },
      projection: 'KEYS_ONLY',
    },
    {
      name: 'byKey',
      partitionKey: { name: 'by', type: 'S' },
      sortKey: { name: 'bySk', type: 'S' },
      projection: 'ALL',
    },
  ],
  timeToLive: 'expiresAt',
  stream: 'NEW_IMAGE',
} as const satisfies TableShape;
