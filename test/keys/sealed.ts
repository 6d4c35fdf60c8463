import { keyVersionOf } from '../../lib/credentials/envelope.ts';
import { dumpOf } from '../support/table.ts';

/** Which data keys an organisation has, and which of them sealed what, read off the table. */

type Attribute = { S?: string; N?: string; B?: string; L?: { M: Record<string, Attribute> }[] };
type Item = Record<string, Attribute>;

const itemsOf = async (database: string, organizationId: string): Promise<Item[]> => {
  const items = (await dumpOf({ database })).map((line) => JSON.parse(line) as Item);
  return items.filter(
    ({ pk }) => pk?.S === `ORG#${organizationId}` || pk?.S?.startsWith(`ORG#${organizationId}#`),
  );
};

const versionIn = (attribute: Attribute | undefined): number[] =>
  attribute?.B === undefined ? [] : [keyVersionOf(Buffer.from(attribute.B, 'base64'))];

/** By item and attribute, as in `CRED#int_o_… tokens`. */
export const sealings = async (database: string, organizationId: string): Promise<Record<string, number>> => {
  const found: Record<string, number> = {};
  for (const item of await itemsOf(database, organizationId)) {
    for (const name of ['sealed', 'tokens'])
      for (const version of versionIn(item[name])) found[`${item['sk']?.S} ${name}`] = version;
    for (const [index, { M }] of (item['retired']?.L ?? []).entries())
      for (const version of versionIn(M['tokens'])) found[`${item['sk']?.S} retired ${index}`] = version;
  }
  return found;
};

export const dataKeysOf = async (database: string, organizationId: string): Promise<string[]> =>
  (await itemsOf(database, organizationId))
    .flatMap(({ sk }) => (/^(DATAKEY#|ROTATION)/.test(sk?.S ?? '') ? [sk?.S ?? ''] : []))
    .toSorted();

export const first = 'DATAKEY#000001';
export const second = 'DATAKEY#000002';
