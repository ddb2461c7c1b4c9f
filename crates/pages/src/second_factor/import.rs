//! `GET /second-factor/providers/{tenant}/import`: tokens of another product, looked at first, then imported.

use askama::Template;

use super::provider::href;
use crate::form::{Choice, Field, summary};
use crate::format;
use crate::layout::Frame;
use crate::parts::{Badge, Callout, Cell, PageHead, Tile, Tiles, Tone};
use crate::table::{Column, Row, Table};

/// What the form holds.
#[derive(Debug, Clone, Default)]
pub struct ImportForm {
    pub tenant_id: String,
    pub tenant: String,
    pub format: String,
    /// The file's text. As secret as the seeds in it; shown to nobody but whoever sent it.
    pub text: String,
    pub skip_errors: bool,
    pub error: String,
}

/// What an import does, or did.
#[derive(Debug, Clone)]
pub struct ReportView {
    pub written: bool,
    pub imported: u64,
    pub known: u64,
    pub errors: u64,
    pub guests: u64,
    /// Lines about people whom the directory does not hold.
    pub strangers: u64,
    pub lines: Vec<LineRow>,
}

/// One token.
#[derive(Debug, Clone)]
pub struct LineRow {
    pub line: u64,
    pub person: String,
    pub serial: String,
    pub kind: String,
    pub known: bool,
    pub error: String,
    pub warning: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "second_factor/import.html")]
pub struct ImportPage {
    frame: Frame,
    head: PageHead,
    action: String,
    cancel: String,
    form: ImportForm,
    report: Option<ReportView>,
}

/// So many lines are shown.
const SHOWN: usize = 500;

impl ImportPage {
    /// The form, and what came of it.
    pub fn new(frame: Frame, form: ImportForm, report: Option<ReportView>) -> Self {
        let cancel = href(&form.tenant_id, "");
        let head = PageHead::new("Import tokens")
            .crumb("Second factor", "/second-factor")
            .crumb(&form.tenant, cancel.clone())
            .lead("Hardware tokens and authenticator apps of another product, so that people keep what they have.");
        Self { frame, head, action: href(&form.tenant_id, "/import"), cancel, form, report }
    }

    /// Whether what was looked at can be imported now.
    fn ready(&self) -> bool {
        let imports = |report: &ReportView| {
            !report.written && report.imported > 0 && (report.errors == 0 || self.form.skip_errors)
        };
        self.report.as_ref().is_some_and(imports)
    }

    fn fields(&self) -> Vec<Field> {
        let formats = [
            ("csv", "CSV", "Entra’s own list of hardware tokens, or one with object ids."),
            ("pskc", "PSKC", "RFC 6030, plain or under a key."),
        ];
        let formats = formats.map(|(value, name, hint)| Choice::new(value, name).hint(hint));
        vec![
            Field::radio("format", "Written in", formats.into()).cards().value(if self.form.format.is_empty() {
                "csv"
            } else {
                &self.form.format
            }),
            Field::area("text", "The file’s text", 10)
                .mono()
                .value(&self.form.text)
                .error(&self.form.error)
                .attribute("required", "")
                .attribute("autocomplete", "off")
                .hint(
                    "At most 10,000 tokens. It holds seeds: keep the file away from others, and delete it afterwards.",
                ),
            Field::password("key", "Key of an encrypted container")
                .optional()
                .attribute("autocomplete", "off")
                .hint("32 or 64 hexadecimal digits, or base64. Enter it again for the import itself."),
            Field::check("skip_errors", "Import the others when some lines have errors", self.form.skip_errors),
        ]
    }

    fn errors(&self) -> Vec<(String, String)> {
        summary(&self.fields().iter().collect::<Vec<_>>())
    }

    fn verdict(report: &ReportView) -> Callout {
        let tokens = |count| format::plural(count, "token", "tokens");
        match (report.written, report.errors, report.imported) {
            (true, ..) => {
                Callout::new(Tone::Ok, format!("{} imported", tokens(report.imported)), "They count from now on.")
            }
            (false, 0, 0) => Callout::new(Tone::Info, "Nothing to import", "All of them are here already."),
            (false, 0, _) => {
                let text = "Nothing is written yet. Look at the lines, then import.";
                Callout::new(Tone::Info, format!("{} would be imported", tokens(report.imported)), text)
            }
            _ => {
                let text = "Nothing is written. Mend the file, or have the others imported.";
                let lines = format::plural(report.errors, "line has an error", "lines have errors");
                Callout::new(Tone::Bad, lines, text)
            }
        }
    }

    fn figures(report: &ReportView) -> Tiles {
        let imported = if report.written { "Imported" } else { "Would be imported" };
        let errors = Tile::count("With an error", report.errors);
        let marked = |name: &'static str, count| {
            let tile = Tile::count(name, count);
            if count > 0 { tile.tone(Tone::Warn) } else { tile }
        };
        Tiles::new(vec![
            Tile::count(imported, report.imported),
            Tile::count("Here already", report.known),
            if report.errors > 0 { errors.tone(Tone::Bad) } else { errors },
            marked("Guests", report.guests),
            marked("Not in the directory", report.strangers),
        ])
    }

    fn lines(report: &ReportView) -> Table {
        let lines = report.lines.iter().take(SHOWN).map(|line| {
            let state = match (line.error.is_empty(), line.known) {
                (false, _) => Badge::bad("Error"),
                (true, true) => Badge::label("Here already"),
                (true, false) => Badge::ok(if report.written { "Imported" } else { "Ready" }),
            };
            let remark = if line.error.is_empty() { &line.warning } else { &line.error };
            Row::new(vec![
                Cell::count(line.line),
                Cell::text(&line.person),
                Cell::text(&line.serial),
                Cell::text(&line.kind),
                Cell::badge(state),
                Cell::text(crate::render::sentence(remark)),
            ])
        });
        let columns = ["Person", "Serial number", "Kind", "Result", "Remark"].map(Column::new).into_iter();
        let columns = [Column::number("Line")].into_iter().chain(columns).collect();
        Table::new("import-lines", "Lines of the file", columns, lines.collect())
    }

    fn more(report: &ReportView) -> String {
        let more = report.lines.len().saturating_sub(SHOWN);
        let count = format::count(u64::try_from(more).unwrap_or(0));
        if more == 0 { String::new() } else { format!("And {count} more lines.") }
    }
}

#[cfg(test)]
pub mod samples {
    //! What the page looks like.

    use super::{ImportForm, ImportPage, LineRow, ReportView};
    use crate::layout::Section;
    use crate::tests::{Gallery, frame};

    pub fn add(gallery: &mut Gallery) {
        let line = |line, person: &str, known, error: &str| LineRow {
            line,
            person: person.into(),
            serial: format!("{}", 4_710 + line),
            kind: "Hardware token".into(),
            known,
            error: error.into(),
            warning: if line == 3 {
                "the directory does not hold this person; it is a guest".into()
            } else {
                String::new()
            },
        };
        let form = ImportForm {
            tenant_id: "t1".into(),
            tenant: "Contoso".into(),
            text: "upn,serial number,secret key,time interval,manufacturer,model\r\n".into(),
            ..ImportForm::default()
        };
        let page = |form, report| ImportPage::new(frame("Import tokens", Section::SecondFactor), form, report);
        gallery.add(
            "second-factor-import",
            &page(ImportForm { error: "The file is empty.".into(), ..form.clone() }, None),
        );
        let lines = vec![
            line(2, "mia.okafor@contoso.example", false, ""),
            line(3, "zoe.marsh@contoso.example", true, ""),
            line(4, "nobody@contoso.example", false, "nobody of this name is in the directory"),
        ];
        let report = |written, errors, lines| {
            let (guests, strangers) = (0, errors);
            ReportView { written, imported: 1, known: 1, errors, guests, strangers, lines }
        };
        gallery.add("second-factor-import-errors", &page(form.clone(), Some(report(false, 1, lines.clone()))));
        gallery.add("second-factor-import-ready", &page(form.clone(), Some(report(false, 0, lines[..2].to_vec()))));
        gallery.add("second-factor-imported", &page(form, Some(report(true, 0, lines[..2].to_vec()))));
    }
}
