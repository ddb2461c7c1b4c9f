//! The format, byte by byte.

use kernel::{RequestId, Timestamp};
use uuid::Uuid;

use super::line;
use crate::{Logged, Object, Stream};

fn entry(name: &str, actor: &str, address: Option<&str>) -> Logged {
    Logged {
        organisation: Uuid::from_u128(1).into(),
        revision: 7,
        at: Timestamp::from_seconds(1_772_442_000),
        stream: Stream::Act,
        name: name.to_owned(),
        actor_kind: "operator".to_owned(),
        actor_id: None,
        actor_name: actor.to_owned(),
        object: None,
        cause: None,
        reason: None,
        address: address.map(str::to_owned),
        request_id: RequestId(Uuid::from_u128(2)),
        before: None,
        after: None,
        members: None,
        hash: vec![0xab, 0xcd],
    }
}

#[test]
fn a_whole_line_reads_as_the_format_says() {
    let mut entry = entry("operators.sign_in_failed", "ada", Some("192.0.2.7"));
    entry.reason = Some("wrong password".to_owned());
    entry.object = Some(Object::new("operator", Uuid::from_u128(3), "ada"));
    let expected = format!(
        "CEF:0|Vestibule|Vestibule|{}|operators.sign_in_failed|operators sign in failed|6|rt=1772442000000 \
         externalId=7 cat=act deviceExternalId=00000000-0000-0000-0000-000000000001 suser=ada spriv=operator \
         src=192.0.2.7 reason=wrong password cs1Label=objectKind cs1=operator cs2Label=objectId \
         cs2=00000000-0000-0000-0000-000000000003 cs3Label=objectName cs3=ada cs5Label=requestId \
         cs5=00000000-0000-0000-0000-000000000002 cs6Label=hash cs6=abcd",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(line(&entry), expected);
}

#[test]
fn nothing_written_by_others_breaks_out_of_its_field() {
    let line = line(&entry("a|b\\c\nd", "eve=1 suser=root\r\n\\CEF:0|x", Some("2001:db8::7")));
    assert!(line.contains("|a\\|b\\\\c d|"), "{line}");
    assert!(line.contains("suser=eve\\=1 suser\\=root\\r\\n\\\\CEF:0|x spriv="), "{line}");
    assert!(line.contains("c6a2=2001:db8::7") && !line.contains("src="), "{line}");
    assert!(!line.contains(['\r', '\n']));
}

#[test]
fn what_needs_a_look_is_graver_than_what_happens_all_day() {
    for (name, severity) in [("operators.locked", 8), ("dirsync.plan_held", 6), ("dirsync.run_started", 3)] {
        assert!(line(&entry(name, "ada", None)).contains(&format!("|{severity}|rt=")), "{name}");
    }
}
