package client

import (
	"context"
	"net/netip"
	"syscall"
)

type controlFunc = func(ctx context.Context, network, address string, c syscall.RawConn) error

// guard refuses to dial private addresses. It sees the address after DNS, so
// that no name and no spelling hides one.
func guard(_ context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return &PrivateAddressError{Host: "the host", Addr: address, Kind: "unknown"}
	}
	return checkAddress(ap.Addr())
}

// checkLiteralAddress refuses a host that is a private address as it stands.
func checkLiteralAddress(host string) error {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return nil
	}
	return checkAddress(ip)
}

func checkAddress(ip netip.Addr) error {
	if kind := privateKind(ip); kind != "" {
		return &PrivateAddressError{Host: "the host", Addr: ip.String(), Kind: kind}
	}
	return nil
}

// A block is a range of addresses that is not public.
type block struct {
	prefix netip.Prefix
	kind   string
}

// blocks lists the ranges (IANA's special-purpose registries, RFC 6890), the
// narrow before the wide.
var blocks = []block{
	{netip.MustParsePrefix("100.100.100.200/32"), "metadata"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local"},
	{netip.MustParsePrefix("0.0.0.0/8"), "unspecified"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private"},
	{netip.MustParsePrefix("100.64.0.0/10"), "carrier-grade NAT"},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback"},
	{netip.MustParsePrefix("172.16.0.0/12"), "private"},
	{netip.MustParsePrefix("192.0.0.0/24"), "reserved"},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "reserved"},
	{netip.MustParsePrefix("192.168.0.0/16"), "private"},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmark"},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"},

	{netip.MustParsePrefix("::/128"), "unspecified"},
	{netip.MustParsePrefix("::1/128"), "loopback"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "local NAT64"},
	{netip.MustParsePrefix("100::/64"), "discard"},
	{netip.MustParsePrefix("2001::/32"), "Teredo"},
	{netip.MustParsePrefix("2001:db8::/32"), "documentation"},
	{netip.MustParsePrefix("fd00:ec2::254/128"), "metadata"},
	{netip.MustParsePrefix("fc00::/7"), "private"},
	{netip.MustParsePrefix("fe80::/10"), "link-local"},
	{netip.MustParsePrefix("fec0::/10"), "site-local"},
	{netip.MustParsePrefix("ff00::/8"), "multicast"},
}

// carriers lists the IPv6 ranges that hold an IPv4 address, and at which byte.
var carriers = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("::/96"), 12},           // IPv4-compatible (RFC 4291 2.5.5.1)
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // IPv4-translated (RFC 2765)
	{netip.MustParsePrefix("64:ff9b::/96"), 12},    // NAT64 (RFC 6052)
	{netip.MustParsePrefix("2002::/16"), 2},        // 6to4 (RFC 3056)
}

// privateKind says what kind of non-public address ip is, or nothing.
func privateKind(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	for _, b := range blocks {
		if b.prefix.Contains(ip) {
			return b.kind
		}
	}
	if ip.Is4() {
		return ""
	}
	for _, c := range carriers {
		if c.prefix.Contains(ip) {
			bytes := ip.As16()
			return privateKind(netip.AddrFrom4([4]byte(bytes[c.at : c.at+4])))
		}
	}
	return ""
}
