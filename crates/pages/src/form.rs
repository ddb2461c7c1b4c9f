//! Form fields with label, hint and error.

use askama::Template;

use crate::icon::Icon;

/// One of several choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    value: String,
    label: String,
    hint: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// With what it means.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Input(&'static str),
    Area(u8),
    Select(Vec<Choice>),
    Radio(Vec<Choice>),
    Check(bool),
    Picker(Picker),
}

/// A person or a group: chosen by name, shown by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// `user:` or `group:` and the object id in the source.
    pub value: String,
    pub name: String,
    /// What tells people of one name apart.
    pub sub: String,
}

/// Who is chosen, and whom a search found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picks {
    pub chosen: Vec<Pick>,
    /// What was searched for, and whom that found; without scripts a search is a step of its own.
    pub found: Option<(String, Vec<Pick>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Picker {
    picks: Picks,
    /// `users`, `groups` or both.
    kinds: &'static str,
    many: bool,
    /// Where the form goes to search without scripts.
    find: String,
}

impl Picker {
    fn kind(&self) -> &'static str {
        if self.many { "checkbox" } else { "radio" }
    }

    fn text(&self) -> &str {
        self.picks.found.as_ref().map_or("", |(text, _)| text)
    }

    fn whom(&self) -> &'static str {
        match self.kinds {
            "users" => "people",
            "groups" => "groups",
            _ => "people and groups",
        }
    }

    /// Whom the search found and nobody has chosen yet.
    fn found(&self) -> impl Iterator<Item = &Pick> {
        let found = self.picks.found.iter().flat_map(|(_, found)| found);
        found.filter(|one| !self.picks.chosen.iter().any(|chosen| chosen.value == one.value))
    }

    fn found_nobody(&self) -> bool {
        self.picks.found.as_ref().is_some_and(|(text, found)| !text.is_empty() && found.is_empty())
    }
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/field.html")]
pub struct Field {
    kind: Kind,
    id: String,
    name: String,
    label: String,
    value: String,
    hint: String,
    error: String,
    unit: String,
    class: &'static str,
    list_class: &'static str,
    optional: bool,
    attributes: Vec<(&'static str, String)>,
}

impl Field {
    fn new(kind: Kind, name: impl Into<String>, label: impl Into<String>) -> Self {
        let (name, label) = (name.into(), label.into());
        let id = format!("f-{name}");
        let (value, hint, error, unit) = (String::new(), String::new(), String::new(), String::new());
        let (class, list_class, attributes) = ("", "", Vec::new());
        Self { kind, id, name, label, value, hint, error, unit, class, list_class, optional: false, attributes }
    }

    /// A line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Input("text"), name, label)
    }

    /// A line of text to search with.
    pub fn search(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Input("search"), name, label)
    }

    /// A mail address.
    pub fn email(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Input("email"), name, label)
    }

    /// A password: hidden, never filled in from here.
    pub fn password(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Input("password"), name, label)
    }

    /// A whole number.
    pub fn number(name: impl Into<String>, label: impl Into<String>, value: u64) -> Self {
        Self::new(Kind::Input("number"), name, label).value(value.to_string()).attribute("min", "0")
    }

    /// A day.
    pub fn date(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Input("date"), name, label)
    }

    /// Several lines.
    pub fn area(name: impl Into<String>, label: impl Into<String>, rows: u8) -> Self {
        Self::new(Kind::Area(rows), name, label)
    }

    /// One of a few, folded away.
    pub fn select(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(Kind::Select(choices), name, label)
    }

    /// One of a few, all in view.
    pub fn radio(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(Kind::Radio(choices), name, label)
    }

    /// Yes or no.
    pub fn check(name: impl Into<String>, label: impl Into<String>, checked: bool) -> Self {
        Self::new(Kind::Check(checked), name, label)
    }

    /// Of yes or no: what stands for yes, among several of one name.
    pub fn one_of(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self.id = format!("{}-{}", self.id, self.value);
        self
    }

    /// People or groups by name.
    pub fn picker(name: impl Into<String>, label: impl Into<String>, kinds: &'static str, picks: Picks) -> Self {
        Self::new(Kind::Picker(Picker { picks, kinds, many: true, find: String::new() }), name, label)
    }

    /// Of a picker: one only.
    pub fn one(mut self) -> Self {
        if let Kind::Picker(picker) = &mut self.kind {
            picker.many = false;
        }
        self
    }

    /// Of a picker: where the form goes to search when no script does.
    pub fn find_at(mut self, href: impl Into<String>) -> Self {
        if let Kind::Picker(picker) = &mut self.kind {
            picker.find = href.into();
        }
        self
    }

    /// What it holds.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// A sentence that helps.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// What is wrong with it; empty when nothing is.
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = error.into();
        self
    }

    /// The word after the number.
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// May stay empty.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// In fixed-width letters.
    pub fn mono(mut self) -> Self {
        self.class = "mono";
        self.attribute("spellcheck", "false")
    }

    /// Under a name of its own, for styles that show it only when it counts.
    pub fn class(mut self, class: &'static str) -> Self {
        self.list_class = class;
        self
    }

    /// Takes the room that is left in a row of filters.
    pub fn grow(mut self) -> Self {
        self.list_class = "grow";
        self
    }

    /// Choices as cards.
    pub fn cards(mut self) -> Self {
        self.list_class = "cards";
        self
    }

    /// Any other attribute, such as `autocomplete`.
    pub fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id));
        let error = (!self.error.is_empty()).then(|| format!("{}-error", self.id));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}

/// The errors of a form, for the summary above it.
pub fn summary(fields: &[&Field]) -> Vec<(String, String)> {
    let wrong = fields.iter().filter(|field| !field.error.is_empty());
    wrong.map(|field| (field.id.clone(), format!("{}: {}", field.label, field.error))).collect()
}
