//! What changes on a connection, and what never does.

use bytes::{Buf as _, BytesMut};
use proptest::prelude::*;

use super::{Follower, Place};

/// What hyper would read when the bytes arrive in these pieces.
fn through<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> (Vec<u8>, Place) {
    let (mut follower, mut held, mut read) = (Follower::new(64 * 1024), BytesMut::new(), Vec::new());
    for piece in pieces {
        held.extend_from_slice(piece);
        let ready = follower.follow(&mut held);
        read.extend_from_slice(&held[..ready]);
        held.advance(ready);
    }
    let place = follower.place;
    follower.end();
    let ready = follower.follow(&mut held);
    assert_eq!(ready, held.len(), "everything is handed on in the end");
    read.extend_from_slice(&held);
    (read, place)
}

#[track_caller]
fn check(sent: &str, read: &str) {
    let (whole, place) = through([sent.as_bytes()]);
    assert_eq!(String::from_utf8_lossy(&whole), read);
    assert_eq!(through(sent.as_bytes().chunks(1)), (whole, place), "one byte after the other: {sent}");
}

#[test]
fn quotes_in_the_query_of_a_request_line_become_escapes() {
    check("GET /U?f=a+eq+\"x\" HTTP/1.1\r\nhost: x\r\n\r\n", "GET /U?f=a+eq+%22x%22 HTTP/1.1\r\nhost: x\r\n\r\n");
    check("GET /U?<\"> HTTP/1.0\r\n\r\n", "GET /U?%3C%22%3E HTTP/1.0\r\n\r\n");
    check("\r\n\nGET http://h/U?\" HTTP/1.1\nhost: x\n\n", "\r\n\nGET http://h/U?%22 HTTP/1.1\nhost: x\n\n");
}

#[test]
fn nothing_else_of_a_head_changes() {
    for head in [
        "GET /\"U\" HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET /U?a=%22 HTTP/1.1\r\nif-match: W/\"1\", \"<2>\"\r\nx: GET /?\" HTTP/1.1\r\n\r\n",
        "GET /U? \" HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET  /U?\" HTTP/1.1\r\nhost: x\r\n\r\n",
        "G\"T /U?\" HTTP/1.1\r\nhost: x\r\n\r\n",
    ] {
        check(head, head);
    }
}

#[test]
fn a_later_request_of_the_connection_counts_as_well() {
    let plain = "GET /a HTTP/1.1\r\nhost: x\r\n\r\n";
    let sized = "POST /?a HTTP/1.1\r\nContent-Length: 23\r\n\r\nGET /?\" HTTP/1.1\r\n\r\n\"<>";
    let empty = "DELETE / HTTP/1.1\r\ncontent-length: 0\r\n\r\n";
    let chunked = "PATCH / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n1\r\n\"\r\n00A\r\nGET /?\" HT\r\n0\r\n\r\n";
    for before in [plain, sized, empty, chunked] {
        check(
            &format!("{before}GET /?\" HTTP/1.1\r\n\r\n{before}"),
            &format!("{before}GET /?%22 HTTP/1.1\r\n\r\n{before}"),
        );
    }
}

#[test]
fn a_body_that_is_not_plain_ends_the_following() {
    let later = "GET /?\" HTTP/1.1\r\n\r\n";
    for first in [
        "POST / HTTP/1.1\r\ncontent-length: 0\r\ncontent-length: 0\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: +0\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: 0, 0\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: 9999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: 0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0;name=\"v\"\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\ntrailer: x\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n+0\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n00000000000000000000\r\n\r\n",
        "GET / HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
        "CONNECT x:1 HTTP/1.1\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let sent = format!("{first}{later}");
        check(&sent, &sent);
        assert_eq!(through([sent.as_bytes()]).1, Place::Untouched, "{first}");
    }
}

#[test]
fn a_head_that_is_too_long_is_handed_on_as_it_is() {
    let mut follower = Follower::new(1024);
    let mut held = BytesMut::from(format!("GET /?\" HTTP/1.1\r\nx: {}", "a".repeat(2048)).as_bytes());
    let length = held.len();
    assert_eq!(follower.follow(&mut held), length);
    assert!(follower.is_done());
}

/// A request, and how it is read.
fn request() -> impl Strategy<Value = (String, String)> {
    let target = proptest::string::string_regex("/[a-z\"]{0,4}(\\?[a-z=&\"<>%?]{0,12})?").expect("a pattern");
    let body = proptest::string::string_regex("[a-z\"<>\r\n ?/]{0,40}").expect("a pattern");
    (target, body, 0..3_u8, any::<bool>()).prop_map(|(target, body, form, empty_line)| {
        let (path, query) = target.split_once('?').map_or((target.as_str(), None), |(path, query)| (path, Some(query)));
        let query = query.map(|query| query.replace('"', "%22").replace('<', "%3C").replace('>', "%3E"));
        let read = format!("{path}{}{}", if query.is_some() { "?" } else { "" }, query.unwrap_or_default());
        let rest = match form {
            0 => "HTTP/1.1\r\nhost: \"x\"\r\n\r\n".to_owned(),
            1 => format!("HTTP/1.1\r\nCONTENT-length:  {} \r\nx: \"\r\n\r\n{body}", body.len()),
            _ if body.is_empty() => "HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
            _ => format!("HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n{:X}\r\n{body}\r\n0\r\n\r\n", body.len()),
        };
        let before = if empty_line { "\r\n" } else { "" };
        (format!("{before}PATCH {target} {rest}"), format!("{before}PATCH {read} {rest}"))
    })
}

proptest! {
    #[test]
    fn requests_in_a_row_arrive_the_same_however_they_are_cut(
        requests in prop::collection::vec(request(), 1..6),
        sizes in prop::collection::vec(1..60_usize, 1..40),
    ) {
        let (sent, wanted): (Vec<String>, Vec<String>) = requests.into_iter().unzip();
        let (sent, wanted) = (sent.concat(), wanted.concat());
        let (mut pieces, mut rest) = (Vec::new(), sent.as_bytes());
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        let (read, place) = through(pieces);
        prop_assert_eq!(String::from_utf8_lossy(&read), wanted);
        prop_assert_eq!(place, Place::Head(0));
    }

    #[test]
    fn without_the_three_signs_nothing_ever_changes(
        bytes in "(GET |POST |/|\\?|a| |HTTP/1.1|HTTP/1.0|\r\n|\n|\r|content-length: |transfer-encoding: |chunked|[0-9]|;|:|é){0,60}",
        size in 1..30_usize,
    ) {
        prop_assert_eq!(through(bytes.as_bytes().chunks(size)).0, bytes.as_bytes());
    }

    #[test]
    fn any_bytes_stay_but_for_the_three_signs(bytes in prop::collection::vec(any::<u8>(), 0..200), size in 1..30_usize) {
        let (read, _) = through(bytes.chunks(size));
        let plain = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            text.replace("%22", "\"").replace("%3C", "<").replace("%3E", ">")
        };
        prop_assert_eq!(plain(&read), plain(&bytes));
    }
}
