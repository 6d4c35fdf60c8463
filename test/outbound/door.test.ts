import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isAllowedUrl, isPublicAddress } from '../../lib/outbound/addresses.ts';
import { dial, type Network } from '../../lib/outbound/dial.ts';
import { openDoor } from '../../lib/outbound/door.ts';
import type { OutboundError } from '../../lib/outbound/failure.ts';

/** A network that answers names as told and writes down what would be dialled; nothing ever is. */
const recorded = (answers: Record<string, string[]>) => {
  const dialled: string[] = [];
  const network: Network = {
    lookup: async (hostname) => (answers[hostname] ?? [hostname]).map((address) => ({ address })),
    tls: ({ host }) => {
      dialled.push(host);
      throw new Error('This test dials nothing.');
    },
  };
  return { network, dialled };
};

const failureOf = async (promise: Promise<unknown>): Promise<OutboundError> =>
  promise.then(
    () => {
      throw new Error('It should have failed.');
    },
    (error: OutboundError) => error,
  );

const notPublic = [
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '169.254.170.2',
  '169.254.100.1',
  '100.64.0.1',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '64:ff9b::7f00:1',
  '2001::1',
  '2002:7f00:1::',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  '2001:db8::1',
];

describe('addresses', () => {
  it.each(notPublic)('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['8.8.8.8', '104.192.136.1', '2606:4700::1111'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    'http://acme.atlassian.net',
    'https://127.0.0.1',
    'https://2130706433',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://127.1',
    'https://①②⑦.⓪.⓪.①',
    'https://[::1]',
    'https://[::ffff:7f00:1]',
    'https://localhost',
    'https://localhost.',
    'https://api.localhost',
    'https://metadata.google.internal',
    'https://printer.local',
    'https://user:pass@acme.atlassian.net',
    'https://user@acme.atlassian.net',
    'https://acme.atlassian.net:8443',
    'https://acme',
    'ftp://acme.atlassian.net',
    'javascript:alert(1)',
    'https://acme.atlassian.net/\r\nX: y',
    'https://acme.atlassian.net/\0',
    'https://\t127.0.0.1',
    '',
    'https://',
  ])('%j is not an allowed URL', (url) => {
    expect(isAllowedUrl(url)).toBe(false);
  });

  it.each(['https://acme.atlassian.net', 'https://api.github.com:443/user?x=1'])('%j is', (url) => {
    expect(isAllowedUrl(url)).toBe(true);
  });
});

describe('the dialer', () => {
  it.each(notPublic.filter((address) => !address.includes('%')))(
    'refuses a name that resolves to %s and dials nothing',
    async (address) => {
      const { network, dialled } = recorded({ 'evil.example': [address] });

      const failure = await failureOf(dial('evil.example', 443, network));

      expect(failure).toMatchObject({ reason: 'blocked', sent: false });
      expect(dialled).toEqual([]);
    },
  );

  it('refuses a name with one private answer among public ones', async () => {
    const { network, dialled } = recorded({ 'evil.example': ['8.8.8.8', '10.0.0.1'] });

    expect(await failureOf(dial('evil.example', 443, network))).toMatchObject({ reason: 'blocked' });
    expect(dialled).toEqual([]);
  });

  it('dials the address it checked, so that a second answer cannot replace it', async () => {
    let asked = 0;
    const dialled: string[] = [];
    const network: Network = {
      lookup: async () => {
        asked += 1;
        return [{ address: asked === 1 ? '8.8.8.8' : '127.0.0.1' }];
      },
      tls: ({ host, servername }) => {
        dialled.push(`${host} as ${servername}`);
        throw new Error('This test dials nothing.');
      },
    };

    await failureOf(dial('rebind.example', 443, network));

    expect(dialled).toEqual(['8.8.8.8 as rebind.example']);
    expect(asked).toBe(1);
  });

  it('closes a socket that turned out to lead to a private address', async () => {
    let destroyed = false;
    const socket = {
      remoteAddress: '127.0.0.1',
      once: (event: string, listener: () => void) => {
        if (event === 'secureConnect') queueMicrotask(listener);
      },
      destroy: () => {
        destroyed = true;
      },
    } as unknown as Socket;
    const network: Network = { lookup: async () => [{ address: '8.8.8.8' }], tls: () => socket };

    expect(await failureOf(dial('evil.example', 443, network))).toMatchObject({ reason: 'blocked' });
    expect(destroyed).toBe(true);
  });
});

describe('the door', () => {
  const origins = ['https://api.example.com'];

  it.each([
    'https://api.example.org/x',
    'https://api.example.com.evil.example/',
    'http://api.example.com/',
    'https://169.254.169.254/latest/meta-data',
    'https://api.example.com:8443/',
    'https://user:x@api.example.com/',
  ])('refuses %s before anything is resolved', async (url) => {
    const { network, dialled } = recorded({});
    let lookups = 0;
    const door = openDoor({
      provider: 'none',
      origins,
      network: {
        ...network,
        lookup: async (hostname) => {
          lookups += 1;
          return network.lookup(hostname);
        },
      },
    });

    expect(await failureOf(door(url))).toMatchObject({ reason: 'blocked', sent: false });
    expect([dialled.length, lookups]).toEqual([0, 0]);
  });

  it('checks the addresses of an allowed origin too', async () => {
    const { network, dialled } = recorded({ 'api.example.com': ['169.254.169.254'] });

    const failure = await failureOf(
      openDoor({ provider: 'none', origins, network })('https://api.example.com/'),
    );

    expect(failure).toMatchObject({ reason: 'blocked', sent: false });
    expect(dialled).toEqual([]);
  });

  it('says that a name which does not resolve was surely not reached', async () => {
    const network: Network = {
      lookup: async () => {
        throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      },
      tls: () => {
        throw new Error('unused');
      },
    };

    const failure = await failureOf(
      openDoor({ provider: 'none', origins, network })('https://api.example.com/'),
    );

    expect(failure).toMatchObject({ reason: 'unreachable', sent: false });
  });
});
