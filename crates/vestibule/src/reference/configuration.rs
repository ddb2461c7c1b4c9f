//! `configuration.md` and `vestibule.example.toml`: from the sections' own sentences and defaults.

use std::fmt::Write as _;

use toml::{Table, Value};

use super::{NOTICE, cell, fresh};
use crate::config::Config;

/// Every section with the file and the struct that define it.
const SECTIONS: [(&str, &str, &str); 12] = [
    ("web", "Config", include_str!("../../../web/src/config.rs")),
    ("store", "StoreConfig", include_str!("../config/store.rs")),
    ("keys", "KeysConfig", include_str!("../config/keys.rs")),
    ("graph", "GraphConfig", include_str!("../config/graph.rs")),
    ("tenants", "Config", include_str!("../../../tenants/src/config.rs")),
    ("dirsync", "Config", include_str!("../../../dirsync/src/config.rs")),
    ("provisioning", "Config", include_str!("../../../provisioning/src/config.rs")),
    ("mfa", "Config", include_str!("../../../mfa/src/config.rs")),
    ("signals", "Config", include_str!("../../../signals/src/config.rs")),
    ("mail", "Config", include_str!("../../../mail/src/config.rs")),
    ("operators", "Config", include_str!("../../../operators/src/config.rs")),
    ("log", "LogConfig", include_str!("../config/log.rs")),
];

struct Key {
    name: String,
    sentence: String,
    kind: String,
}

#[test]
fn fresh_configuration() {
    let defaults = Table::try_from(Config::default()).unwrap();
    let intro = "# Configuration\n\nOne TOML file, `vestibule.toml`. The environment wins over it (`VESTIBULE_WEB__LISTEN` for \
                 `web.listen`), and\nflags win over both (`--set web.listen=…`). A secret is written out or lies in a file, never \
                 both. Unknown keys are\nrefused. `vestibule config example` prints a file to start from; `vestibule config check` \
                 and `vestibule doctor`\nsay what is wrong.\n";
    let mut page = format!("{NOTICE}{intro}");
    let mut example = "# Vestibule's configuration: every key with its default.\n".to_owned();
    for (section, keys) in sections() {
        let about = about(section);
        write!(page, "\n## [{section}]\n\n{about}\n\n| key | default | |\n|---|---|---|\n").unwrap();
        write!(example, "\n# {about}\n[{section}]\n").unwrap();
        for key in keys {
            let default = defaults[section].get(&key.name);
            let shown = default.map_or_else(|| "–".to_owned(), |value| format!("`{value}`"));
            writeln!(page, "| `{}` | {} | {} |", key.name, cell(&shown), cell(&key.sentence)).unwrap();
            writeln!(example, "# {}\n{}", key.sentence, line(&key, default)).unwrap();
        }
    }
    fresh("configuration.md", &page);
    fresh("vestibule.example.toml", &example);
}

#[test]
fn every_key_has_a_sentence_and_every_section_is_known() {
    let defaults = Table::try_from(Config::default()).unwrap();
    let known: Vec<&str> = SECTIONS.iter().map(|(section, ..)| *section).collect();
    for section in defaults.keys() {
        assert!(known.contains(&section.as_str()), "[{section}] is not in the reference");
    }
    for (section, keys) in sections() {
        for key in &keys {
            assert!(key.sentence.ends_with('.'), "{section}.{} has no sentence", key.name);
        }
        for name in defaults[section].as_table().unwrap().keys() {
            assert!(keys.iter().any(|key| key.name == *name), "{section}.{name} is not in the reference");
        }
    }
}

#[test]
fn the_example_is_the_default() {
    let text = include_str!("../../../../docs/reference/vestibule.example.toml");
    let lines = text.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if !key.starts_with(' ') && !key.ends_with("# not set") => key,
        _ => line,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let config: Config = toml::from_str(&text).unwrap();
    assert_eq!(config.shown(), Config::default().shown());
}

fn sections() -> Vec<(&'static str, Vec<Key>)> {
    SECTIONS.iter().map(|(section, name, source)| (*section, keys(name, source))).collect()
}

/// The fields of a struct with their doc comments. Sections are flat, so lines are enough.
fn keys(name: &str, source: &str) -> Vec<Key> {
    let head = format!("pub struct {name} {{");
    let lines = source.lines().skip_while(|line| *line != head).skip(1).take_while(|line| *line != "}");
    let (mut keys, mut sentence) = (Vec::new(), Vec::new());
    for line in lines.map(str::trim) {
        if let Some(text) = line.strip_prefix("/// ") {
            sentence.push(text);
        } else if let Some((name, kind)) = line.strip_prefix("pub ").and_then(|field| field.split_once(": ")) {
            let kind = kind.trim_end_matches(',').to_owned();
            keys.push(Key { name: name.to_owned(), sentence: std::mem::take(&mut sentence).join(" "), kind });
        }
    }
    assert!(!keys.is_empty(), "{name} is not where it is looked for");
    keys
}

fn about(section: &str) -> String {
    let source = include_str!("../config.rs");
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let field = format!("pub {section}: ");
    let at = lines.iter().position(|line| line.starts_with(&field)).unwrap();
    lines[at - 1].trim_start_matches("/// ").to_owned()
}

fn line(key: &Key, default: Option<&Value>) -> String {
    match default {
        Some(value) => format!("#{} = {value}", key.name),
        None if key.kind.starts_with("Vec") => format!("#{} = [] # not set", key.name),
        None => format!("#{} = \"\" # not set", key.name),
    }
}
