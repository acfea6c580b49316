import type { BlockList } from 'node:net';

/** Whether an address is in one of the ranges. */
export type SourceCheck = (address: string) => boolean;

/** Loaded with the first key that has ranges: few have, and a cold start need not wait for it. */
function net() {
  return process.getBuiltinModule('node:net');
}

/**
 * Brings a range into CIDR notation: `192.0.2.7` is `192.0.2.7/32`. Addresses of IPv4 that are written as IPv6
 * (`::ffff:192.0.2.0/120`) become IPv4's, as which they are compared.
 *
 * @returns undefined where the text is no range
 */
export function normalizeRange(text: string): string | undefined {
  const [, address = '', bits] = /^([0-9a-fA-F.:]{2,45})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = net().isIP(address);
  if (version === 0) return undefined;
  const width = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? width : Number(bits);
  if (prefix > width) return undefined;
  const mapped = version === 6 ? mappedAddress(address) : undefined;
  if (mapped === undefined) return `${address.toLowerCase()}/${prefix}`;
  // A range that is wider than all of IPv4 as IPv6 writes it would be cut down to IPv4 in silence.
  return prefix < 96 ? undefined : `${mapped}/${prefix - 96}`;
}

/** Prepares ranges as `normalizeRange` gives them. What is no address is in no range. */
export function compileRanges(ranges: readonly string[]): SourceCheck {
  const { BlockList, isIP } = net();
  const list: BlockList = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    const version = isIP(address);
    if (version === 0) return false;
    const plain = version === 6 ? (mappedAddress(address) ?? address) : address;
    return list.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
  };
}

/** The IPv4 address in an IPv4-mapped one, in whichever way it is written; undefined where it is none. */
function mappedAddress(address: string): string | undefined {
  const zone = address.indexOf('%');
  if (zone !== -1) return undefined;
  // The URL parser writes every IPv6 address in its one canonical form: ::ffff:c000:207.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [h, l] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [h >> 8, h & 255, l >> 8, l & 255].join('.');
}
