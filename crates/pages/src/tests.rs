//! Every page with its sample, strictly checked.
//!
//! With `VESTIBULE_GALLERY` set to a folder, the samples are written there too, to be looked at in a browser.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod design;
mod doors;
mod gallery;
mod heard;
mod strict;

use kernel::{Role, Timestamp};

pub use gallery::Gallery;

use crate::layout::{Frame, Section, SignedIn, Waiting};

/// 10 November 2026, 09:30 UTC: the day the samples are from.
pub const NOW: Timestamp = Timestamp::from_seconds(1_794_303_000);

/// So many seconds before the samples' day.
pub fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(NOW.seconds() - seconds)
}

/// So many seconds after the samples' day.
pub fn ahead(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(NOW.seconds() + seconds)
}

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 3_600;
pub const DAY: i64 = 86_400;

/// The frame of a signed-in operator.
pub fn frame(title: &str, section: Section) -> Frame {
    let waiting = Waiting { plans: 1, conflicts: 12, dead_jobs: 0, holds: 2 };
    let signed_in =
        SignedIn { name: "ada.lovelace".into(), role: Role::Owner, organisation: "Contoso".into(), waiting };
    Frame { signed_in: Some(signed_in), csrf: "sample-token".into(), ..gate_frame(title) }.page(title, section)
}

/// The frame before sign-in.
pub fn gate_frame(title: &str) -> Frame {
    Frame::bare(title, NOW)
}

#[test]
fn every_page_renders_its_sample() {
    let gallery = Gallery::full();
    let mut faults = Vec::new();
    for (name, html) in gallery.pages() {
        faults.extend(strict::faults(html).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    gallery.write_if_asked();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_flash_has_a_code_of_its_own() {
    let mut codes: Vec<_> = crate::flash::Done::ALL.iter().map(|done| done.code()).collect();
    assert!(codes.iter().all(|code| crate::flash::Flash::of(code).is_some()));
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count);
    assert_eq!(crate::flash::Flash::of("<script>"), None);
}
