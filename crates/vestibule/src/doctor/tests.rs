//! What the doctor says about a machine that is well, and about one that is not.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use directory::SourceId;
use dirsync::notify::{NotificationState, NotificationStatus};
use kernel::Timestamp;
use uuid::Uuid;

use super::{Verdict, database, files, notifications};
use crate::{App, Config, Outside};

fn embedded(folder: &Path) -> Config {
    let mut config = Config::default();
    config.store.url = Some(format!("sqlite:{}", folder.join("vestibule.db").display()).as_str().into());
    config
}

#[tokio::test]
async fn a_started_server_is_well_and_looking_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = embedded(folder.path());
    let outside = Outside::system();
    assert_eq!(files::keys(&config).verdict, Verdict::Warning);
    assert_eq!(database::examine(&config, &outside.env).await[0].verdict, Verdict::Warning);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    let app = App::build(config.clone(), outside.clone()).await.unwrap();
    app.store.migrate().await.unwrap();
    let rights = std::fs::metadata(config.store.file().unwrap()).unwrap().permissions().mode();
    assert_eq!(rights & 0o777, 0o600, "nobody else reads the database");
    let findings = database::examine(&config, &outside.env).await;
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Good), "{findings:?}");
    assert_eq!(files::keys(&config).verdict, Verdict::Good);
    assert_eq!(files::disk(folder.path()).verdict, Verdict::Good);
}

#[tokio::test]
async fn a_database_without_its_tables_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let config = embedded(folder.path());
    let outside = Outside::system();
    let app = App::build(config.clone(), outside.clone()).await.unwrap();
    let findings = database::examine(&config, &outside.env).await;
    let mends: Vec<_> = findings.iter().filter_map(|finding| finding.mend.as_deref()).collect();
    assert!(mends.contains(&"run `vestibule migrate`"), "{findings:?}");
    app.store.close().await;
}

#[test]
fn an_address_that_leads_nowhere_is_told() {
    let cases = [
        ("127.0.0.1:8080", None, Verdict::Good),
        ("0.0.0.0:443", None, Verdict::Bad),
        ("0.0.0.0:443", Some("https://0.0.0.0:443"), Verdict::Bad),
        ("[::]:443", Some("https://[::]:443"), Verdict::Bad),
        ("10.0.0.20:8080", Some("http://vestibule.example"), Verdict::Warning),
        ("10.0.0.20:8080", Some("https://vestibule.example"), Verdict::Good),
        ("127.0.0.1:8080", Some("http://127.0.0.1:8080"), Verdict::Good),
    ];
    for (listen, public_url, verdict) in cases {
        let mut config = Config::default();
        config.web.listen = listen.parse().unwrap();
        config.web.public_url = public_url.map(str::to_owned);
        let found = files::address(&config);
        assert_eq!((found.verdict, found.mend.is_none()), (verdict, verdict == Verdict::Good), "{found:?}");
    }
}

#[test]
fn a_key_that_others_can_read_is_told_with_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ring");
    std::fs::write(&file, "ab".repeat(32)).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut config = embedded(folder.path());
    config.keys.master_key_file = Some(file.clone());
    let finding = files::keys(&config);
    assert_eq!(finding.verdict, Verdict::Bad);
    assert_eq!(finding.mend.unwrap(), format!("chmod 600 {}", file.display()));
}

#[test]
fn a_certificate_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = embedded(folder.path());
    assert!(files::certificate(&config, Timestamp::from_seconds(0)).is_none());
    config.web.tls_certificate_file = Some(folder.path().join("missing.pem"));
    assert_eq!(files::certificate(&config, Timestamp::from_seconds(0)).unwrap().verdict, Verdict::Bad);
}

#[test]
fn only_sources_that_are_told_of_changes_are_called_so() {
    use NotificationState::{Beginning, Failing, Idle, NoAddress, On};
    let source = |state| {
        let told = |text: &str| Some(text.to_owned());
        let status = NotificationStatus {
            state,
            until: None,
            heard_at: None,
            error_code: told("ValidationError"),
            error_detail: told("Graph cannot reach us"),
            mend: told("let it in"),
            try_at: None,
        };
        (SourceId(Uuid::from_u128(1)), status)
    };
    let cases: [(&[NotificationState], Verdict, &str); 5] = [
        (&[], Verdict::Good, "no source has switched them on"),
        (&[On], Verdict::Good, "1 of 1 sources"),
        (&[On, Idle, Beginning], Verdict::Good, "1 of 3 sources"),
        (&[Idle, Failing], Verdict::Warning, "Graph cannot reach us"),
        (&[NoAddress], Verdict::Warning, "has no address"),
    ];
    for (states, verdict, part) in cases {
        let all: Vec<_> = states.iter().copied().map(source).collect();
        let found = notifications::judge(&all);
        assert!(found.verdict == verdict && found.result.contains(part), "{states:?}: {found:?}");
    }
}
