//! What an administrator sees when the configuration is right, wrong, or overlaid.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use super::{Config, LogFormat, Sources};

fn sources(text: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vestibule.toml");
    std::fs::write(&file, text).unwrap();
    let owned = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    (folder, Sources { file: Some(file), environment: owned(environment), flags: owned(flags) })
}

fn complaint(text: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> String {
    let (_folder, sources) = sources(text, environment, flags);
    Config::load(&sources).unwrap_err().to_string()
}

#[test]
fn an_empty_file_is_the_embedded_default_on_loopback() {
    let (_folder, sources) = sources("", &[], &[]);
    let config = Config::load(&sources).unwrap();
    assert!(config.web.listen.ip().is_loopback());
    assert_eq!(config.store.url().unwrap().expose(), "sqlite:vestibule.db");
    assert_eq!(config.log.format, LogFormat::Text);
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let text = "[web]\nlisten = \"127.0.0.1:1\"\nconnections = 7\n[log]\nlevel = \"warn\"";
    let environment = [
        ("VESTIBULE_WEB__LISTEN", "127.0.0.1:2"),
        ("VESTIBULE_WEB__REQUESTS_AT_ONCE", "9"),
        ("VESTIBULE_WEB__TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/16"),
        ("VESTIBULE_STORE__URL", "sqlite:other.db"),
        ("VESTIBULE_URL", "not a setting"),
    ];
    let (_folder, sources) = sources(text, &environment, &[("web.listen", "127.0.0.1:3"), ("log.format", "json")]);
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.web.listen.port(), 3);
    assert_eq!((config.web.connections, config.web.requests_at_once), (7, 9));
    assert_eq!(config.web.trusted_proxies.0.len(), 2);
    assert_eq!(config.store.file().unwrap().to_str(), Some("other.db"));
    assert_eq!((config.log.level.as_str(), config.log.format), ("warn", LogFormat::Json));
}

/// A text, the environment, and what must be said.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let key = "00".repeat(32);
    let both = format!("[keys]\nmaster_keys = [\"{key}\"]\nmaster_key_file = \"k\"");
    let cases: [Case<'_>; 8] = [
        ("[web]\nlisten = \"127.0.0.1:1\"\nlissten = 3", &[], "line 3, column 1"),
        ("[wab]\n", &[], "unknown field `wab`"),
        ("[web]\nconnections = \"many\"", &[], "line 2, column 15"),
        ("", &[("VESTIBULE_WEB__LISSTEN", "x")], "VESTIBULE_WEB__LISSTEN is not understood: unknown field"),
        ("", &[("VESTIBULE_WEB__CONNECTIONS", "many")], "VESTIBULE_WEB__CONNECTIONS is not understood"),
        ("", &[("VESTIBULE_NOSUCH__KEY", "x")], "there is no section [nosuch]"),
        ("[store]\nurl = \"postgres://h/d\"", &[], "every node must hold the same key"),
        (&both, &[], "keys.master_keys and keys.master_key_file are set together; keep one"),
    ];
    for (text, environment, expected) in cases {
        let said = complaint(text, environment, &[]);
        assert!(said.contains(expected), "{said:?} does not say {expected:?}");
    }
    assert!(complaint("", &[], &[("listen", "x")]).contains("section.key=value"));
}

#[test]
fn every_section_speaks_up() {
    let cases = [
        ("[web]\nlisten = \"0.0.0.0:80\"", "plain HTTP that others can reach"),
        ("[store]\nurl = \"mysql://h\"", "must begin with sqlite: or postgres:"),
        ("[store]\nurl = \"sqlite:a\"\nurl_file = \"b\"", "store.url and store.url_file are both set"),
        ("[graph]\nproxy_except = \"a\"", "graph.proxy_except needs"),
        ("[operators]\nsession_hours = 0", "operators.session_hours must be"),
        ("[log]\nlevel = \"===\"", "log.level is not understood"),
    ];
    for (text, expected) in cases {
        let said = complaint(text, &[], &[]);
        assert!(said.contains(expected), "{said:?} does not say {expected:?}");
    }
}

#[test]
fn secrets_do_not_show() {
    let text = "[store]\nurl = \"postgres://u:hunter2@h/d\"\n[keys]\nmaster_keys = [\"hunter2\"]\n[web]\nmetrics = \"token\"\n\
                metrics_token = \"hunter2\"\n[graph]\nproxy_url = \"http://u:hunter2@p\"";
    let (_folder, sources) = sources(text, &[], &[]);
    let config = Config::read(&sources).unwrap();
    assert!(!config.shown().contains("hunter2"), "{}", config.shown());
    assert!(!format!("{config:?}").contains("hunter2"));
}
