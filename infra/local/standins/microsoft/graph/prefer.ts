import type { StandinRequest } from '../../standin.ts';
import { zoneNamed } from '../zones.ts';
import { unknownZone } from './errors.ts';

/** What a caller asks for in `Prefer`, and what is confirmed in `Preference-Applied`. */

export type Preferences = {
  /** The zone as it was named, and by IANA. */
  zoneName: string;
  zone: string;
  immutableIds: boolean;
  pageSize: number | null;
  bodyType: 'html' | 'text';
  applied: string[];
};

const valuesOf = (header: string): Record<string, string> =>
  Object.fromEntries(
    [...header.matchAll(/([\w.-]+)\s*=\s*(?:"([^"]*)"|([^,;\s]+))/g)].map(([, name = '', quoted, plain]) => [
      name.toLowerCase(),
      quoted ?? plain ?? '',
    ]),
  );

export const preferencesOf = ({ headers }: StandinRequest): Preferences => {
  const given = valuesOf(headers['prefer'] ?? '');
  const zoneName = given['outlook.timezone'] ?? 'UTC';
  const zone = zoneNamed(zoneName);
  if (zone === null) throw unknownZone(zoneName);
  const size = Number(given['odata.maxpagesize']);
  const bodyType = given['outlook.body-content-type']?.toLowerCase() === 'text' ? 'text' : 'html';
  const immutableIds = given['idtype']?.toLowerCase() === 'immutableid';
  return {
    zoneName,
    zone,
    immutableIds,
    pageSize: Number.isInteger(size) && size > 0 ? size : null,
    bodyType,
    applied: [
      ...(given['outlook.timezone'] === undefined ? [] : [`outlook.timezone="${zoneName}"`]),
      ...(given['outlook.body-content-type'] === undefined
        ? []
        : [`outlook.body-content-type="${bodyType}"`]),
      ...(immutableIds ? ['IdType="ImmutableId"'] : []),
    ],
  };
};
