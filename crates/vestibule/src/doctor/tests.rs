//! What the doctor says about a machine that is well, and about one that is not.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use kernel::Timestamp;

use super::{Verdict, database, files};
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
