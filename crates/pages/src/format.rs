//! Numbers, spans and moments as people read them.
//!
//! Deliberately knows no language but English and no time zone but UTC: the browser makes times local.

use std::time::Duration;

use kernel::Timestamp;
use time::OffsetDateTime;
use time::macros::format_description;

/// `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whether an id is part of a text: eight, four, four, four and twelve hexadecimal digits (RFC 9562 §4).
pub fn holds_id(text: &str) -> bool {
    let is_id = |part: &[u8]| {
        part.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    text.as_bytes().windows(36).any(is_id)
}

/// `1 person`, `2 people`.
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// The two largest units that say something: `2 d 4 h`, `3 min 20 s`, `450 ms`.
pub fn duration(span: Duration) -> String {
    if span < Duration::from_secs(1) {
        return format!("{} ms", span.as_millis());
    }
    let seconds = span.as_secs();
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let first = units.iter().position(|(_, size)| seconds >= *size).unwrap_or(3);
    let (name, size) = units[first];
    let head = format!("{} {name}", seconds / size);
    match units.get(first + 1) {
        Some((name, next)) if (seconds % size) / next > 0 => format!("{head} {} {name}", (seconds % size) / next),
        _ => head,
    }
}

/// `3 min ago`, `in 2 d`; the largest unit only.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let (span, future) = if at > now { (at.since(now), true) } else { (now.since(at), false) };
    let seconds = span.as_secs();
    if seconds < 5 {
        return "now".to_owned();
    }
    let units = [("yr", 31_557_600), ("mo", 2_629_800), ("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let (name, size) = units.into_iter().find(|(_, size)| seconds >= *size).unwrap_or(("s", 1));
    // What is still to come is rounded: in two days is not in one because a second has passed.
    if future { format!("in {} {name}", (seconds + size / 2) / size) } else { format!("{} {name} ago", seconds / size) }
}

/// `21 Nov 2026, 23:02 UTC`.
pub fn moment(at: Timestamp) -> String {
    let shape = format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");
    OffsetDateTime::from(at).format(&shape).unwrap_or_else(|_| at.to_string())
}

/// `21 Nov 2026`.
pub fn day(at: Timestamp) -> String {
    let shape = format_description!("[day padding:none] [month repr:short] [year]");
    OffsetDateTime::from(at).format(&shape).unwrap_or_else(|_| at.to_string())
}

/// `1.4 MiB`.
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut tenths = u128::from(size) * 10;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1_024;
        unit += 1;
    }
    if unit == 0 || tenths >= 1_000 {
        format!("{} {}", tenths / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

/// `12 %`, `0.4 %`; 0 % of nothing.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 || part == 0 {
        return "0 %".to_owned();
    }
    let tenths = (u128::from(part) * 1_000 / u128::from(whole)).max(1);
    if tenths >= 100 { format!("{} %", tenths / 10) } else { format!("{}.{} %", tenths / 10, tenths % 10) }
}

/// Who did something, out of a label such as `operator:ada`: people by their names, everything else with what it is.
pub fn who(label: &str) -> String {
    match label.split_once(':') {
        Some(("operator" | "source", name)) => name.to_owned(),
        Some((kind @ ("token" | "system"), name)) => format!("{name} ({kind})"),
        _ => label.to_owned(),
    }
}

/// The first letters of the first and last word, for an avatar.
pub fn initials(name: &str) -> String {
    let mut words = name.split([' ', '.', '_', '-']).filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests;
