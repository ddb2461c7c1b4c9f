//! Where webhooks may go.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use super::{Errand, Guard, Network};

fn allowed(guard: &Guard, addresses: &[&str], expected: bool) {
    for address in addresses {
        assert_eq!(guard.admit(address.parse().unwrap()).is_ok(), expected, "{address}");
    }
}

#[test]
fn public_addresses_may_be_called_and_special_ones_may_not() {
    let guard = Guard::default();
    allowed(&guard, &["1.1.1.1", "93.184.216.34", "172.32.0.1", "192.167.255.255", "2606:4700::1111"], true);
    let special = [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
    ];
    allowed(&guard, &special, false);
}

#[test]
fn named_networks_may_be_called_and_no_others() {
    let networks = ["127.0.0.0/8", "10.1.0.0/16", "fd00::/8", "192.168.7.9"];
    let networks = networks.iter().map(|text| Network::parse(text).unwrap()).collect();
    let guard = Guard { networks, ..Guard::default() };
    allowed(&guard, &["127.0.0.1", "::ffff:127.0.0.1", "10.1.255.1", "fd12::1", "192.168.7.9"], true);
    allowed(&guard, &["10.2.0.1", "192.168.7.8", "fe80::1", "169.254.169.254", "::1"], false);
}

#[test]
fn what_is_no_network_is_refused() {
    for text in ["", "ten", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0/8", "0.0.0.0/x"] {
        assert_eq!(Network::parse(text), None, "{text}");
    }
    assert!(
        Guard { networks: vec![Network::parse("0.0.0.0/0").unwrap()], ..Guard::default() }
            .admit("10.9.8.7".parse().unwrap())
            .is_ok()
    );
}

#[test]
fn a_refusal_says_what_the_call_was_for() {
    for (errand, what) in [(Errand::Webhooks, "webhooks may go there"), (Errand::WebPush, "web push may go there")] {
        let guard = Guard { errand, ..Guard::default() };
        let why = guard.check("https://10.0.0.8/").unwrap_err();
        assert!(why.contains(what), "{why}");
    }
}

#[test]
fn addresses_are_looked_at_when_they_are_written() {
    let strict = Guard::default();
    let local = Guard { networks: vec![Network::parse("127.0.0.0/8").unwrap()], ..Guard::default() };
    let open = Guard { http: true, ..Guard::default() };
    let cases = [
        (&strict, "https://hooks.example/in?x=1", true),
        (&strict, "http://hooks.example/in", false),
        (&open, "http://hooks.example/in", true),
        (&strict, "http://localhost:8080/", true),
        (&local, "http://127.0.0.1:8080/", true),
        (&strict, "http://127.0.0.1:8080/", false),
        (&strict, "https://127.0.0.1/", false),
        (&strict, "https://2130706433/", false),
        (&strict, "https://0x7f.1/", false),
        (&strict, "https://[::ffff:169.254.169.254]/", false),
        (&strict, "https://169.254.169.254/latest/meta-data", false),
        (&strict, "https://me:secret@hooks.example/", false),
        (&strict, "https://hooks.example/#part", false),
        (&strict, "ftp://hooks.example/", false),
        (&strict, "file:///etc/passwd", false),
        (&strict, "hooks.example", false),
        (&strict, "", false),
    ];
    for (guard, url, expected) in cases {
        assert_eq!(guard.check(url).is_ok(), expected, "{url}: {:?}", guard.check(url));
    }
}
