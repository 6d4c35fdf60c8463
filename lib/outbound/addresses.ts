import ipaddr from 'ipaddr.js';

/** Whether an address is on the public internet: not private, loopback, link-local, shared, mapped or reserved. */
export const isPublicAddress = (address: string): boolean => {
  const plain = address.split('%')[0] ?? '';
  return ipaddr.isValid(plain) && !address.includes('%') && ipaddr.process(plain).range() === 'unicast';
};

const literal = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

const hasDotSegment = (text: string): boolean =>
  /[/\\](?:\.|%2e){1,2}(?:[/\\]|$)/i.test(text.split(/[?#]/, 1)[0] ?? '');

/** The rules a URL must keep before anything is resolved: https on 443, no credentials, a public name or address. */
export const isAllowedUrl = (text: string): boolean => {
  // The parser drops line breaks and tabs in silence, and resolves dots, by which an id would leave its path.
  if (/[\p{Cc}\p{Cs}]/u.test(text) || hasDotSegment(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '')
    return false;
  const host = literal(url.hostname);
  if (ipaddr.isValid(host)) return isPublicAddress(host);
  const name = host.replace(/\.$/, '');
  return name.includes('.') && !/(^|\.)(localhost|local|internal|localdomain|home\.arpa)$/.test(name);
};
