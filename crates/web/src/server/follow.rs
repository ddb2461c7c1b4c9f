//! Where requests begin and end on one HTTP/1 connection, and the three signs in a query that are written as escapes.
//!
//! ```text
//!        ┌──────────────── no body ────────────────┐
//!  ──► Head ── content-length ──► Body ── all ──►  Head
//!        ├──── chunked ─► Size ─► Data ─► DataEnd ─► Size …
//!        │                  └─ 0 ─► Last ─────────► Head
//!        └──── anything else, anywhere ──► Untouched, for good
//! ```
//!
//! Invariant: bytes change within the query of a request line only, and only while this side is certain that hyper sees a
//! request line there too. Heads are read by the parser that hyper uses, with its settings; a body is followed in its
//! plainest forms only: one `content-length` of digits, or `chunked` alone without extensions and trailers. Whatever else
//! comes is left to hyper, and so is the rest of the connection: the worst is then the 400 that hyper would give anyway.

use std::ops::Range;

use bytes::{BufMut as _, Bytes, BytesMut};

#[cfg(test)]
mod tests;

/// How many headers hyper reads; with more it refuses the request.
const MOST_HEADERS: usize = 100;
/// The longest line that tells a chunk's size: 15 digits and the line's end.
const LONGEST_SIZE: usize = 17;

/// Where one connection stands.
#[derive(Debug)]
pub(super) struct Follower {
    place: Place,
    longest_head: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before a head or within it; so many bytes of it have been looked at.
    Head(usize),
    /// Within a body that goes on for so many bytes.
    Body(u64),
    /// Before the line that tells a chunk's size.
    Size,
    /// Within a chunk that goes on for so many bytes.
    Data(u64),
    /// Before the line's end after a chunk.
    DataEnd,
    /// Before the line's end after the last chunk.
    Last,
    /// Not followed any more.
    Untouched,
}

/// What the next bytes are.
enum Step {
    /// So many bytes belong together; then comes the next place.
    Take(usize, Place),
    /// A head of so many bytes, in whose query these signs are written as escapes.
    Rewrite(usize, Range<usize>, Place),
    /// More must arrive first.
    Wait(Place),
}

impl Follower {
    pub(super) const fn new(longest_head: usize) -> Self {
        Self { place: Place::Head(0), longest_head }
    }

    /// Whether nothing is looked at any more.
    pub(super) fn is_done(&self) -> bool {
        self.place == Place::Untouched
    }

    /// Stops following: the other side has ended.
    pub(super) fn end(&mut self) {
        self.place = Place::Untouched;
    }

    /// Follows what has arrived and not been handed on; returns how many bytes at its front may be handed on now.
    pub(super) fn follow(&mut self, held: &mut BytesMut) -> usize {
        let mut ready = 0;
        while ready < held.len() {
            match self.step(&held[ready..]) {
                Step::Take(count, next) => {
                    ready += count;
                    self.place = next;
                }
                Step::Rewrite(length, query, next) => {
                    let query = ready + query.start..ready + query.end;
                    ready += length + escape(held, query);
                    self.place = next;
                }
                Step::Wait(place) => {
                    self.place = place;
                    return ready;
                }
            }
        }
        ready
    }

    fn step(&self, rest: &[u8]) -> Step {
        match self.place {
            Place::Untouched => Step::Take(rest.len(), Place::Untouched),
            Place::Head(seen) => self.head(rest, seen),
            Place::Body(left) => part(rest, left, Place::Body, Place::Head(0)),
            Place::Data(left) => part(rest, left, Place::Data, Place::DataEnd),
            Place::Size => size(rest),
            Place::DataEnd => line_end(rest, Place::DataEnd, Place::Size),
            Place::Last => line_end(rest, Place::Last, Place::Head(0)),
        }
    }

    fn head(&self, rest: &[u8], seen: usize) -> Step {
        // Empty lines before a request line are skipped by every reader (RFC 9112 §2.2).
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if empty > 0 {
            return Step::Take(empty, Place::Head(0));
        }
        if seen > 0 && !may_end(&rest[seen.saturating_sub(3)..]) {
            return self.wait(rest);
        }
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(rest) {
            Ok(httparse::Status::Complete(length)) => complete(rest, length, &request),
            Ok(httparse::Status::Partial) => self.wait(rest),
            Err(_) => Step::Take(rest.len(), Place::Untouched),
        }
    }

    /// A head that is too long is hyper's to refuse.
    fn wait(&self, rest: &[u8]) -> Step {
        if rest.len() >= self.longest_head {
            return Step::Take(rest.len(), Place::Untouched);
        }
        Step::Wait(Place::Head(rest.len()))
    }
}

/// Whether a head may end here: an empty line.
fn may_end(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\n\n") || bytes.windows(3).any(|three| three == b"\n\r\n")
}

fn complete(rest: &[u8], length: usize, request: &httparse::Request<'_, '_>) -> Step {
    let Some(next) = after_head(request) else { return Step::Take(rest.len(), Place::Untouched) };
    let (method, target) = (request.method.unwrap_or_default(), request.path.unwrap_or_default());
    let begin = method.len() + 1;
    let is_there = rest.get(begin..begin + target.len()) == Some(target.as_bytes());
    match target.find('?') {
        Some(mark) if is_there && target.bytes().skip(mark).any(needs_escape) => {
            Step::Rewrite(length, begin + mark..begin + target.len(), next)
        }
        _ => Step::Take(length, next),
    }
}

/// What follows a head; none when it cannot be told for certain.
fn after_head(request: &httparse::Request<'_, '_>) -> Option<Place> {
    let values = |name: &'static str| {
        let named = request.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        named.map(|header| header.value)
    };
    if request.method == Some("CONNECT") || values("upgrade").next().is_some() {
        return None;
    }
    let (mut lengths, mut codings) = (values("content-length"), values("transfer-encoding"));
    match (lengths.next(), lengths.next(), codings.next(), codings.next()) {
        (None, None, None, None) => Some(Place::Head(0)),
        (Some(length), None, None, None) => decimal(length).map(|length| match length {
            0 => Place::Head(0),
            length => Place::Body(length),
        }),
        (None, None, Some(coding), None) if request.version == Some(1) && coding.eq_ignore_ascii_case(b"chunked") => {
            Some(Place::Size)
        }
        _ => None,
    }
}

fn decimal(digits: &[u8]) -> Option<u64> {
    let plain = (1..=18).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    plain.then(|| digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

/// Bytes of a body or a chunk.
fn part(rest: &[u8], left: u64, within: fn(u64) -> Place, next: Place) -> Step {
    let count = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
    let left = left - count as u64;
    Step::Take(count, if left == 0 { next } else { within(left) })
}

fn size(rest: &[u8]) -> Step {
    let Some(end) = rest.iter().take(LONGEST_SIZE).position(|byte| *byte == b'\n') else {
        let too_long = rest.len() >= LONGEST_SIZE;
        return if too_long { Step::Take(rest.len(), Place::Untouched) } else { Step::Wait(Place::Size) };
    };
    match rest[..end].strip_suffix(b"\r").and_then(hexadecimal) {
        Some(0) => Step::Take(end + 1, Place::Last),
        Some(size) => Step::Take(end + 1, Place::Data(size)),
        None => Step::Take(rest.len(), Place::Untouched),
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u64> {
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits).ok().filter(|_| plain)?;
    u64::from_str_radix(text, 16).ok()
}

fn line_end(rest: &[u8], here: Place, next: Place) -> Step {
    match rest {
        [b'\r', b'\n', ..] => Step::Take(2, next),
        [b'\r'] => Step::Wait(here),
        _ => Step::Take(rest.len(), Place::Untouched),
    }
}

/// What `http::Uri` refuses in a query although clients in use send it.
const fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'<' | b'>')
}

/// Writes these signs as escapes within a range; returns by how many bytes it has grown.
fn escape(held: &mut BytesMut, range: Range<usize>) -> usize {
    let mut written = BytesMut::with_capacity(held.len() + 64);
    written.extend_from_slice(&held[..range.start]);
    for byte in &held[range.clone()] {
        match byte {
            b'"' => written.put(Bytes::from_static(b"%22")),
            b'<' => written.put(Bytes::from_static(b"%3C")),
            b'>' => written.put(Bytes::from_static(b"%3E")),
            other => written.put_u8(*other),
        }
    }
    written.extend_from_slice(&held[range.end..]);
    let grown = written.len() - held.len();
    *held = written;
    grown
}
