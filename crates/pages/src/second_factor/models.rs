//! `GET /second-factor/key-models`: of which models people's security keys are, and what is known of those.

use askama::Template;
use kernel::Timestamp;

use crate::form::{Field, summary};
use crate::format;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::ListPage;
use crate::parts::{Action, Badge, Callout, Cell, PageHead, Tone};
use crate::table::{Column, Empty, Row, Table};

/// Where the list is.
pub const HERE: &str = "/second-factor/key-models";
/// Where metadata are imported.
const IMPORT: &str = "/second-factor/key-models/import";

/// A model in use.
#[derive(Debug, Clone)]
pub struct ModelRow {
    pub aaguid: String,
    /// Empty where the metadata do not know it.
    pub name: String,
    pub status: String,
    /// What makes it untrustworthy; empty where nothing does.
    pub flaw: String,
    pub keys: u64,
    pub attested: u64,
}

/// The metadata that were imported last.
#[derive(Debug, Clone)]
pub struct MetadataView {
    pub number: u64,
    pub next_update: String,
    pub imported: Timestamp,
    pub by: String,
    pub models: u64,
    pub flawed: u64,
}

/// The models in use, under what is known.
pub fn page(frame: Frame, rows: &[ModelRow], metadata: Option<&MetadataView>) -> ListPage {
    let head = PageHead::new("Models of security keys")
        .crumb("Second factor", "/second-factor")
        .lead("Of which models people’s passkeys are. Which are taken is set for each tenant.")
        .action(Action::go("Import metadata", IMPORT).icon(Icon::Download));
    let columns = vec![
        Column::new("Model"),
        Column::new("Reported"),
        Column::number("Keys"),
        Column::number("Proved"),
        Column::new("Id (AAGUID)"),
    ];
    let table = Table::new("key-models", "Models in use", columns, rows.iter().map(line).collect()).empty(Empty::new(
        "No key tells its model",
        "Set the proof of the model to “Asked for” or “Required” in a tenant’s settings. Keys that are registered then show here.",
    ));
    let note = known(metadata, frame.now);
    ListPage::new(frame, head, table).callout(note).note(flawed(rows))
}

fn line(row: &ModelRow) -> Row {
    let name = if row.name.is_empty() { Cell::Muted("Not known".to_owned()) } else { Cell::text(&row.name) };
    let state = match (row.flaw.as_str(), row.status.as_str()) {
        ("", "") => Badge::label("Unknown"),
        ("", status) => Badge::ok(words(status)),
        (flaw, _) => Badge::bad(words(flaw)),
    };
    Row::new(vec![
        name,
        Cell::badge(state),
        Cell::count(row.keys),
        Cell::count(row.attested),
        Cell::Copy(row.aaguid.clone()),
    ])
}

/// `FIDO_CERTIFIED_L1` as a word that people read.
fn words(status: &str) -> String {
    let text = status.replace('_', " ").to_lowercase().replace("fido", "FIDO").replace(" l", " L");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn known(metadata: Option<&MetadataView>, now: Timestamp) -> Callout {
    let Some(metadata) = metadata else {
        let text =
            "Without the FIDO metadata no key can prove its model, and nobody is told of models that are broken.";
        return Callout::new(Tone::Info, "No metadata are imported", text)
            .action(Action::go("Import metadata", IMPORT));
    };
    let title = format!("Metadata number {}, imported {}", metadata.number, format::relative(metadata.imported, now));
    let models = format::plural(metadata.models, "model", "models");
    let text = format!(
        "By {}. {models}, {} of them not to be trusted. There is another one from {} on.",
        format::who(&metadata.by),
        format::count(metadata.flawed),
        metadata.next_update
    );
    Callout::new(Tone::Info, title, text)
}

fn flawed(rows: &[ModelRow]) -> Option<Callout> {
    let broken: Vec<_> = rows.iter().filter(|row| !row.flaw.is_empty()).collect();
    let keys: u64 = broken.iter().map(|row| row.keys).sum();
    let title = format!("{} of models that are not to be trusted", format::plural(keys, "key is", "keys are"));
    let text = "They still count: who has one is to register another, then take the old one away.";
    let item = |row: &&ModelRow| format!("{}: {}", row.name, words(&row.flaw));
    (!broken.is_empty()).then(|| Callout::new(Tone::Bad, title, text).items(broken.iter().map(item).collect()))
}

/// What the form holds. The blob is not shown again: it is large, and nobody types it.
#[derive(Debug, Clone, Default)]
pub struct ImportForm {
    pub root: String,
    pub error: String,
}

/// `GET /second-factor/key-models/import`.
#[derive(Debug, Template)]
#[template(path = "second_factor/key_metadata.html")]
pub struct ImportPage {
    frame: Frame,
    head: PageHead,
    action: &'static str,
    cancel: &'static str,
    form: ImportForm,
}

impl ImportPage {
    /// The form.
    pub fn new(frame: Frame, form: ImportForm) -> Self {
        let head = PageHead::new("Import FIDO metadata")
            .crumb("Second factor", "/second-factor")
            .crumb("Models of security keys", HERE)
            .lead("What makers and FIDO say of models: by which certificates they prove themselves, and which are broken.");
        Self { frame, head, action: IMPORT, cancel: HERE, form }
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field::area("blob", "The blob", 6)
                .mono()
                .error(&self.form.error)
                .attribute("required", "")
                .attribute("autocomplete", "off")
                .hint("A signed JWT: three long words with two dots between them."),
            Field::area("root", "Another root certificate", 4).mono().value(&self.form.root).optional().hint(
                "PEM. Only for a metadata service of your own; otherwise the root that FIDO’s service uses counts.",
            ),
        ]
    }

    fn errors(&self) -> Vec<(String, String)> {
        summary(&self.fields().iter().collect::<Vec<_>>())
    }
}

#[cfg(test)]
pub mod samples {
    //! What the pages look like.

    use super::{ImportForm, ImportPage, MetadataView, ModelRow, page};
    use crate::layout::Section;
    use crate::tests::{DAY, Gallery, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let row = |name: &str, status: &str, flaw: &str, keys, attested| ModelRow {
            aaguid: format!("2fc0579f-8113-47ea-b116-{keys:012}"),
            name: name.into(),
            status: status.into(),
            flaw: flaw.into(),
            keys,
            attested,
        };
        let rows = vec![
            row("Example Key 5 NFC", "FIDO_CERTIFIED_L1", "", 212, 212),
            row("Example Key 3", "UPDATE_AVAILABLE", "USER_KEY_REMOTE_COMPROMISE", 7, 7),
            row("", "", "", 31, 0),
        ];
        let metadata = MetadataView {
            number: 213,
            next_update: "2026-12-01".into(),
            imported: ago(12 * DAY),
            by: "operator:ada".into(),
            models: 341,
            flawed: 9,
        };
        let framed = || frame("Models of security keys", Section::SecondFactor);
        gallery.add("second-factor-key-models", &page(framed(), &rows, Some(&metadata)));
        gallery.add("second-factor-key-models-empty", &page(framed(), &[], None));
        let framed = || frame("Import FIDO metadata", Section::SecondFactor);
        gallery.add("second-factor-key-metadata", &ImportPage::new(framed(), ImportForm::default()));
        let refused = ImportForm { error: "The blob’s signature does not verify.".into(), ..ImportForm::default() };
        gallery.add("second-factor-key-metadata-refused", &ImportPage::new(framed(), refused));
    }
}
