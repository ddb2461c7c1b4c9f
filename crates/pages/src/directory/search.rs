//! `GET /search`: people and groups together, for the box at the top of every page.

use askama::Template;

use super::groups::GroupRow;
use super::users::UserRow;
use crate::layout::Frame;
use crate::parts::{Action, Badge, Cell, PageHead};
use crate::table::{Column, Empty, Row, Table};

/// The page.
#[derive(Debug, Template)]
#[template(path = "directory/search.html")]
pub struct SearchPage {
    frame: Frame,
    head: PageHead,
    users: Table,
    groups: Table,
}

impl SearchPage {
    /// The first few of each kind.
    pub fn new(frame: Frame, users: &[UserRow], groups: &[GroupRow]) -> Self {
        let query = frame.search.clone();
        let head =
            PageHead::new(if query.is_empty() { "Search".to_owned() } else { format!("Search for “{query}”") });
        let now = frame.now;
        let people = users.iter().map(|row| {
            Row::new(vec![
                Cell::main(&row.name, format!("/directory/users/{}", row.id), &row.upn),
                Cell::badge(row.state.badge(now)),
                Cell::text(&row.department),
            ])
        });
        let nobody = Empty::new(
            "Nobody found",
            "Names, user principal names and addresses are searched, from the beginning of each word.",
        );
        let users = Table::new(
            "users",
            "People",
            vec![Column::new("Name"), Column::new("State"), Column::new("Department")],
            people.collect(),
        )
        .empty(nobody.action(Action::go("All people", "/directory/users")));
        let lines = groups.iter().map(|row| {
            Row::new(vec![
                Cell::main(&row.name, format!("/directory/groups/{}", row.id), &row.description),
                Cell::badge(Badge::label(&row.kind)),
                super::groups::number(row.transitive_count),
            ])
        });
        let groups = Table::new(
            "groups",
            "Groups",
            vec![Column::new("Name"), Column::new("Kind"), Column::number("All members")],
            lines.collect(),
        )
        .empty(
            Empty::new("No group found", "A shorter part of the name may find it.")
                .action(Action::go("All groups", "/directory/groups")),
        );
        Self { frame, head, users, groups }
    }
}

#[cfg(test)]
pub mod samples {
    //! What a search finds.

    use super::SearchPage;
    use crate::directory::users::samples::rows;
    use crate::layout::{Frame, Section};
    use crate::tests::{Gallery, frame};

    pub fn add(gallery: &mut Gallery) {
        let frame = Frame { search: "ad".into(), ..frame("Search", Section::None) };
        gallery.add("search", &SearchPage::new(frame, &rows()[..2], &[]));
    }
}
