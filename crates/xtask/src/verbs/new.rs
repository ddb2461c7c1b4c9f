//! `./dev new`: empty, well-formed files in the right rooms, and the ticks that are left to do.
//!
//! Deliberately edits no existing file: where a newcomer is registered is a decision, and it is one line.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use clap::Subcommand;

use crate::repository::{Repository, root};
use crate::rules::next_migration;

/// What can be made.
#[derive(Subcommand)]
pub enum Thing {
    /// An HTTP verb of a room: `route dirsync pause_run`.
    Route {
        /// The room.
        room: String,
        /// `<verb>_<noun>`, which is also the operation id.
        name: String,
    },
    /// Another outside directory: `source csv`.
    Source {
        /// One noun.
        name: String,
    },
    /// A page of the console with its template: `page dirsync run_detail`.
    Page {
        /// The room.
        room: String,
        /// What it shows.
        name: String,
    },
    /// A step of the database's one timeline: `migration dirsync run_notes`.
    Migration {
        /// The room that owns the tables.
        room: String,
        /// What it brings.
        what: String,
    },
}

/// One file to write.
struct NewFile {
    path: String,
    text: String,
}

/// Writes the files and prints what is left to do.
pub fn run(thing: &Thing) -> Result<()> {
    let repository = Repository::read()?;
    let (files, ticks) = plan(&repository, thing)?;
    for file in &files {
        ensure!(!root().join(&file.path).exists(), "{} is already there", file.path);
    }
    for file in &files {
        write(&root().join(&file.path), &file.text)?;
        println!("wrote {}", file.path);
    }
    for tick in ticks.lines() {
        println!("  [ ] {tick}");
    }
    Ok(())
}

fn plan(repository: &Repository, thing: &Thing) -> Result<(Vec<NewFile>, String)> {
    match thing {
        Thing::Route { room, name } => {
            check(repository, room, name)?;
            ensure!(name.contains('_'), "a route is called <verb>_<noun>");
            let fill = |text| filled(text, room, name);
            let path = format!("crates/{room}/src/routes/{name}.rs");
            Ok((
                vec![NewFile { path, text: fill(include_str!("new/route.txt")) }],
                fill(include_str!("new/route-ticks.txt")),
            ))
        }
        Thing::Source { name } => {
            check(repository, "dirsync", name)?;
            let fill = |text| filled(text, "dirsync", name);
            let path = format!("crates/dirsync/src/sources/{name}.rs");
            Ok((
                vec![NewFile { path, text: fill(include_str!("new/source.txt")) }],
                fill(include_str!("new/source-ticks.txt")),
            ))
        }
        Thing::Page { room, name } => {
            check(repository, room, name)?;
            let fill = |text| filled(text, room, name);
            let code = NewFile {
                path: format!("crates/pages/src/{room}/{name}.rs"),
                text: fill(include_str!("new/page.txt")),
            };
            let path = format!("crates/pages/templates/{room}/{name}.html");
            let template = NewFile { path, text: fill(include_str!("new/template.txt")) };
            Ok((vec![code, template], fill(include_str!("new/page-ticks.txt"))))
        }
        Thing::Migration { room, what } => {
            check(repository, room, what)?;
            let path = format!("migrations/{:04}_{room}_{what}.sql", next_migration(repository));
            let text = filled(include_str!("new/migration.txt"), room, what);
            Ok((vec![NewFile { path, text }], filled(include_str!("new/migration-ticks.txt"), room, what)))
        }
    }
}

fn check(repository: &Repository, room: &str, name: &str) -> Result<()> {
    ensure!(repository.crates().contains_key(room), "there is no room {room}");
    let plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
    ensure!(
        name.bytes().all(plain) && name.starts_with(|first: char| first.is_ascii_lowercase()),
        "{name} is not snake_case"
    );
    Ok(())
}

/// Puts the names into a text: `NAME` as it is, `TITLE` as a sentence begins, `TYPE` and `ROOM_TYPE` as types.
fn filled(text: &str, room: &str, name: &str) -> String {
    let sentence = name.replace('_', " ");
    let mut letters = sentence.chars();
    let title: String = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
    let type_name = |snake: &str| -> String {
        snake
            .split('_')
            .filter(|word| !word.is_empty())
            .map(|word| word[..1].to_ascii_uppercase() + &word[1..])
            .collect()
    };
    let noun = name.split_once('_').map_or(name, |(_, noun)| noun);
    text.replace("{{ROOM_TYPE}}", &type_name(room))
        .replace("{{ROOM}}", room)
        .replace("{{NAME}}", name)
        .replace("{{NOUN}}", noun)
        .replace("{{TITLE}}", &title)
        .replace("{{TYPE}}", &type_name(name))
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)?;
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests;
