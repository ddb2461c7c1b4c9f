//! Where a browser says it is to be told. That is the word of whoever sits at it, and makes this server call. Pure.

use signals::webhooks::Guard;
use url::{Host, Url};

/// The longest address, in bytes. Those of the known push services have 150 to 700.
const LONGEST: usize = 2_048;

/// Whether a browser may be told there; says why not. Names are looked up, and their addresses judged, when something is sent.
/// https alone, but for this very machine where the guard lets calls go to it, which it does not by itself.
pub(super) fn check(text: &str, guard: &Guard, hosts: &[String]) -> Result<Url, String> {
    if text.len() > LONGEST {
        return Err(format!("the address has more than {LONGEST} bytes"));
    }
    // Never in the open to other machines, whatever webhooks may do.
    let strict = Guard { http: false, ..guard.clone() };
    let url = strict.check(text).map_err(|why| format!("the address {why}"))?;
    let host = url.host_str().unwrap_or_default();
    if hosts.is_empty() || hosts.iter().any(|pattern| fits(pattern, host)) {
        Ok(url)
    } else {
        Err(format!("{host} is not among mfa.push_hosts"))
    }
}

/// Whether a host is one that the configuration names: itself, or with `*.` every one below.
fn fits(pattern: &str, host: &str) -> bool {
    let (pattern, host) = (pattern.to_ascii_lowercase(), host.trim_end_matches('.').to_ascii_lowercase());
    match pattern.strip_prefix('*') {
        Some(below) => host.len() > below.len() && host.ends_with(below),
        None => host == pattern,
    }
}

/// Whether the configuration may name it: a host, or `*.` before one.
pub(crate) fn is_host(pattern: &str) -> bool {
    let name = pattern.strip_prefix("*.").unwrap_or(pattern);
    !name.is_empty()
        && !name.contains('*')
        && Host::parse(name).is_ok_and(|host| host.to_string() == name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use signals::webhooks::guard::Network;

    use super::*;

    const USUAL: &str = "https://fcm.googleapis.com/fcm/send/abc:def";

    #[test]
    fn whoever_is_at_a_browser_cannot_send_this_server_anywhere() {
        let open = Guard { http: true, ..Guard::default() };
        let long = format!("https://push.example/{}", "a".repeat(LONGEST));
        let cases = [
            ("", "nothing"),
            ("push.example", "no address"),
            ("http://push.example/1", "in the open"),
            ("ftp://push.example/1", "another scheme"),
            ("javascript:alert(1)", "a script"),
            ("https://user:word@push.example/1", "with a password"),
            ("https://push.example/1#part", "with a fragment"),
            ("https://127.0.0.1/1", "this machine"),
            ("https://[::1]/1", "this machine"),
            ("http://127.0.0.1:9200/_all", "this machine, in the open"),
            ("https://10.0.0.8/1", "a private network"),
            ("https://192.168.1.1/1", "a private network"),
            ("https://169.254.169.254/latest/meta-data", "the cloud's metadata"),
            ("https://[::ffff:10.0.0.8]/1", "a private network, written anew"),
            ("https://0x7f.1/1", "this machine, written anew"),
            (long.as_str(), "too long"),
        ];
        for (address, what) in cases {
            for guard in [&Guard::default(), &open] {
                assert!(check(address, guard, &[]).is_err(), "{what}: {address}");
            }
        }
        assert!(check(USUAL, &Guard::default(), &[]).is_ok());
    }

    #[test]
    fn special_networks_are_let_in_by_the_configuration_alone() {
        let guard = Guard { networks: Network::parse("127.0.0.0/8").into_iter().collect(), ..Guard::default() };
        assert!(check("https://127.0.0.1:8443/1", &guard, &[]).is_ok());
        assert!(check("http://127.0.0.1:8080/1", &guard, &[]).is_ok(), "nothing leaves the machine");
        assert!(check("https://10.0.0.8/1", &guard, &[]).is_err());
    }

    #[test]
    fn where_hosts_are_named_no_other_is_told() {
        let hosts = ["fcm.googleapis.com".to_owned(), "*.push.apple.com".to_owned()];
        for (address, is_taken) in [
            (USUAL, true),
            ("https://FCM.googleapis.com./fcm/send/1", true),
            ("https://web.push.apple.com/1", true),
            ("https://push.apple.com/1", false),
            ("https://evilpush.apple.com/1", false),
            ("https://fcm.googleapis.com.evil.example/1", false),
            ("https://evil.example/fcm.googleapis.com", false),
        ] {
            assert_eq!(check(address, &Guard::default(), &hosts).is_ok(), is_taken, "{address}");
        }
    }

    #[test]
    fn the_configuration_names_hosts_and_nothing_else() {
        for (pattern, is_one) in [
            ("fcm.googleapis.com", true),
            ("*.push.apple.com", true),
            ("", false),
            ("*", false),
            ("*.", false),
            ("https://push.example", false),
            ("push.example/1", false),
            ("push.*.example", false),
            ("push.example:443", false),
        ] {
            assert_eq!(is_host(pattern), is_one, "{pattern}");
        }
    }
}
