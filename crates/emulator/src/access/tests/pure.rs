//! The small decisions.

use crate::access::place::{country, holds};
use crate::access::situation::system;

#[test]
fn ranges_hold_addresses() {
    for (range, address, expected) in [
        ("192.0.2.0/24", "192.0.2.255", true),
        ("192.0.2.0/24", "192.0.3.0", false),
        ("0.0.0.0/0", "203.0.113.1", true),
        ("192.0.2.7/32", "192.0.2.7", true),
        ("192.0.2.7/32", "192.0.2.8", false),
        ("2001:db8::/32", "2001:db8:1::5", true),
        ("2001:db8::/32", "2001:db9::", false),
        ("::/0", "2001:db8::1", true),
        ("192.0.2.0/24", "2001:db8::1", false),
        ("192.0.2.0", "192.0.2.0", false),
    ] {
        assert_eq!(holds(range, address.parse().unwrap()), expected, "{address} in {range}");
    }
}

#[test]
fn addresses_are_somewhere() {
    assert_eq!(country("203.0.113.4".parse().unwrap()), Some("SE"));
    assert_eq!(country("127.0.0.1".parse().unwrap()), None);
}

#[test]
fn browsers_tell_their_system() {
    assert_eq!(system("Mozilla/5.0 (Windows NT 10.0; Win64; x64)"), Some("windows"));
    assert_eq!(system("Mozilla/5.0 (Linux; Android 15)"), Some("android"));
    assert_eq!(system("curl/8"), None);
}
