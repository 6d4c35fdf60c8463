import { inColumns } from './table.ts';

/** What the bench says of a goal. */
export type Finding = {
  goal: string;
  what: string;
  figure: number | string;
  /** What the figure is held to; null where it is only told. */
  atMost: number | null;
  /** Times are told and never fail the bench: the machine has a say in them. */
  timed: boolean;
  details?: unknown;
};

export const isMet = ({ figure, atMost }: Finding): boolean => atMost === null || Number(figure) <= atMost;

const verdictOf = (finding: Finding): string => {
  if (finding.atMost === null) return 'told';
  if (isMet(finding)) return 'met';
  return finding.timed ? 'missed here' : 'MISSED';
};

const shown = (value: number | string | null): string => {
  if (value === null) return '';
  return typeof value === 'number' ? String(Math.round(value * 1000) / 1000) : value;
};

export const printFindings = (findings: readonly Finding[]): void => {
  const rows = findings.map((finding) => [
    `${finding.goal.padEnd(4)} ${finding.what}`,
    shown(finding.figure),
    finding.atMost === null ? '' : `≤ ${shown(finding.atMost)}`,
    verdictOf(finding),
  ]);
  process.stdout.write(`${inColumns([['', 'figure', 'goal', 'verdict'], ...rows]).join('\n')}\n`);
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
};

/** Below which this share of the values is. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
