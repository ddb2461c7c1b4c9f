//! What settings would give, before they are saved: how many come in and go out, some of them by name, and where a
//! filter is wrong.

use askama::Template;

use crate::format;
use crate::icon::Icon;
use crate::parts::{Badge, Cell, Tile, Tiles, Tone};
use crate::table::{Column, Empty, Row, Table};

/// One person of the sample.
#[derive(Debug, Clone)]
pub struct SampleRow {
    pub id: String,
    pub name: String,
    pub upn: String,
    /// Comes in, goes out, stays in.
    pub becomes: Becomes,
    pub reason: String,
}

/// What becomes of somebody under the new settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    Added,
    Removed,
    Kept,
}

impl Becomes {
    fn badge(self) -> Badge {
        match self {
            Self::Added => Badge::ok("Comes in"),
            Self::Removed => Badge::warn("Goes out"),
            Self::Kept => Badge::label("Stays in"),
        }
    }
}

/// The result; the fragment `#preview`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "dirsync/preview.html")]
pub struct PreviewView {
    pub matching: u64,
    pub of: u64,
    pub added: u64,
    pub removed: u64,
    pub left_out: u64,
    pub sample: Vec<SampleRow>,
    /// What is wrong with the filter; empty when nothing is.
    pub error: String,
    /// The filter as typed and the character at which it goes wrong.
    pub filter: String,
    pub position: usize,
}

impl askama::filters::HtmlSafe for PreviewView {}

impl PreviewView {
    fn tiles(&self) -> Tiles {
        let loss = Tile::count("Go out", self.removed);
        Tiles::new(vec![
            Tile::count("Come in or stay", self.matching).note(format!("of {}", format::count(self.of))),
            Tile::count("Come in", self.added),
            if self.removed > 0 { loss.tone(Tone::Warn) } else { loss },
            Tile::count("Left out", self.left_out),
        ])
    }

    fn table(&self) -> Table {
        let rows = self.sample.iter().map(|row| {
            Row::new(vec![
                Cell::main(&row.name, format!("/directory/users/{}/why", row.id), &row.upn),
                Cell::badge(row.becomes.badge()),
                Cell::text(&row.reason),
            ])
        });
        Table::new(
            "sample",
            "A sample of people",
            vec![Column::new("Person"), Column::new("Becomes"), Column::new("Because")],
            rows.collect(),
        )
        .empty(Empty::new("Nobody", "No person fits."))
    }

    /// The line of the filter that is wrong, and how far the caret stands from its beginning.
    fn wrong_line(&self) -> (String, String) {
        let before: String = self.filter.chars().take(self.position).collect();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.filter[start..].lines().next().unwrap_or_default().to_owned();
        (line, " ".repeat(before[start..].chars().count()))
    }
}

#[cfg(test)]
pub mod samples {
    //! What previews look like.

    use super::{Becomes, PreviewView, SampleRow};
    use crate::tests::Gallery;

    pub fn good() -> PreviewView {
        let row = |name: &str, becomes, reason: &str| SampleRow {
            id: "u1".into(),
            name: name.into(),
            upn: format!("{}@contoso.example", name.to_lowercase().replace(' ', ".")),
            becomes,
            reason: reason.into(),
        };
        PreviewView {
            matching: 1_962,
            of: 2_150,
            added: 3,
            removed: 11,
            left_out: 188,
            sample: vec![
                row("Emily Braun", Becomes::Added, "department is Retail"),
                row("Grady Archie", Becomes::Removed, "department ne 'R&D' is false"),
                row("Adele Vance", Becomes::Kept, "every rule is met"),
            ],
            ..PreviewView::default()
        }
    }

    pub fn wrong() -> PreviewView {
        PreviewView {
            error: "A value is expected after eq, at character 15.".into(),
            filter: "department eq and accountEnabled".into(),
            position: 14,
            ..PreviewView::default()
        }
    }

    pub fn add(gallery: &mut Gallery) {
        gallery.add("preview", &good());
        gallery.add("preview-wrong", &wrong());
    }

    #[test]
    fn the_caret_stands_under_the_wrong_character() {
        for (filter, position, line, indent) in
            [("a eq and", 5, "a eq and", 5), ("a eq 1 and\nä eq or", 16, "ä eq or", 5), ("", 0, "", 0)]
        {
            let view = PreviewView { filter: filter.into(), position, ..PreviewView::default() };
            assert_eq!(view.wrong_line(), (line.to_owned(), " ".repeat(indent)));
        }
    }
}
