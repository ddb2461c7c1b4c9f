//! A calendar file (iCalendar, RFC 5545) with the day each credential ends and its alarms.

use kernel::Timestamp;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::expiry::WARNINGS;
use crate::model::{CredentialRecord, Slot};

const STAMP: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]");

/// The calendar of these credentials, each with its tenant's name. Retired and endless ones are left out.
pub fn calendar<'a>(entries: impl IntoIterator<Item = (&'a str, &'a CredentialRecord)>, now: Timestamp) -> String {
    let mut lines = Lines::default();
    lines.add("BEGIN:VCALENDAR");
    lines.add("VERSION:2.0");
    lines.add("PRODID:-//Vestibule//Credentials//EN");
    lines.add("X-WR-CALNAME:Vestibule credentials");
    for (tenant, credential) in entries {
        if let Some(ends) = credential.expires_at.filter(|_| credential.slot != Slot::Retired) {
            event(&mut lines, tenant, credential, ends, now);
        }
    }
    lines.add("END:VCALENDAR");
    lines.0
}

fn event(lines: &mut Lines, tenant: &str, credential: &CredentialRecord, ends: Timestamp, now: Timestamp) {
    lines.add("BEGIN:VEVENT");
    lines.add(&format!("UID:{}@vestibule", credential.id));
    lines.add(&format!("DTSTAMP:{}", written(now, STAMP)));
    lines.add(&format!("DTSTART;VALUE=DATE:{}", written(ends, DAY)));
    let what = format!("{} \u{201c}{}\u{201d} of {tenant} ends", credential.kind, credential.label);
    lines.add(&format!("SUMMARY:{}", escaped(&what)));
    let detail = format!("Stage a new credential before {ends}; it takes over by itself when this one is refused.");
    lines.add(&format!("DESCRIPTION:{}", escaped(&detail)));
    lines.add("TRANSP:TRANSPARENT");
    for days in WARNINGS.into_iter().filter(|days| *days > 0) {
        lines.add("BEGIN:VALARM");
        lines.add("ACTION:DISPLAY");
        lines.add(&format!("TRIGGER:-P{days}D"));
        lines.add(&format!("DESCRIPTION:{}", escaped(&what)));
        lines.add("END:VALARM");
    }
    lines.add("END:VEVENT");
}

fn written(moment: Timestamp, format: &[BorrowedFormatItem<'_>]) -> String {
    OffsetDateTime::from(moment).format(format).unwrap_or_default()
}

/// Text values escape backslash, semicolon, comma and line breaks (RFC 5545 §3.3.11).
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => safe.extend(['\\', letter]),
            '\n' => safe.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => safe.push(letter),
        }
    }
    safe
}

/// Content lines: CRLF at the end, folded at 75 bytes (RFC 5545 §3.1).
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, line: &str) {
        let mut used = 0;
        for letter in line.chars() {
            if used + letter.len_utf8() > 75 {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(letter);
            used += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests;
