import type { Adf, AdfNode } from './state.ts';

/** Atlassian Document Format, as far as the stand-in needs it: paragraphs in, plain text out. */

export const documentOf = (text: string): Adf => ({
  type: 'doc',
  version: 1,
  content: text.split(/\n{2,}/).map((paragraph) => ({
    type: 'paragraph',
    content: paragraph === '' ? [] : [{ type: 'text', text: paragraph }],
  })),
});

export const isDocument = (value: unknown): value is Adf =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  value.type === 'doc' &&
  'version' in value &&
  value.version === 1 &&
  'content' in value &&
  Array.isArray(value.content);

const nodeText = (node: AdfNode): string => node.text ?? (node.content ?? []).map(nodeText).join(' ');

export const textOf = (document: Adf | null): string => (document?.content ?? []).map(nodeText).join('\n');
