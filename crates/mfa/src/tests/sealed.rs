//! After a person has registered and used everything, no table and no log holds a secret in the open.

use passkeys::double::Double;
use testkit::on_each_database;
use uuid::Uuid;

use super::desk::{Desk, HERE, origin};
use crate::factors::NewCode;
use crate::permissions::IssueCode;

/// Every column that could hold something somebody wrote.
const TEXTS: [(&str, &[&str]); 8] = [
    ("SELECT label, name FROM mfa_accounts", &["label", "name"]),
    ("SELECT name, details FROM mfa_factors", &["name", "details"]),
    ("SELECT place FROM mfa_codes", &["place"]),
    ("SELECT name FROM mfa_devices", &["name"]),
    ("SELECT reason, detail, factor_name FROM mfa_attempts", &["reason", "detail", "factor_name"]),
    ("SELECT request FROM mfa_transactions", &["request"]),
    ("SELECT settings FROM mfa_providers", &["settings"]),
    ("SELECT before, after, reason, object_name FROM signals_log", &["before", "after", "reason", "object_name"]),
];
const BYTES: [&str; 4] = [
    "SELECT secret AS bytes FROM mfa_factors",
    "SELECT hash AS bytes FROM mfa_codes",
    "SELECT state AS bytes FROM mfa_ceremonies",
    "SELECT private_key AS bytes FROM mfa_keys",
];

#[tokio::test]
async fn no_table_and_no_log_holds_a_secret() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let provider = desk.provider().await;
        let mfa = &desk.hall.mfa;
        let mut secrets: Vec<Vec<u8>> = Vec::new();
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let pending = mfa.begin_enrol_totp(&mut tx, &provider, &desk.mia).await.unwrap();
        secrets.push(pending.secret.expose().clone().into_bytes());
        secrets.push(super::passing::App::of(pending.secret.expose()).seed().to_vec());
        tx.commit().await.unwrap();
        let codes = desk.recovery_codes().await;
        desk.show(codes[0].expose()).await;
        desk.refusal(codes[0].expose()).await;
        let wanted = NewCode { reason: "lost".to_owned(), ticket: None, valid_minutes: None, several_uses: false };
        let issued = mfa.issue_code(&desk.may(IssueCode { account: desk.mia.id }), &wanted).await.unwrap();
        for code in codes.iter().chain([&issued.code]) {
            let letters = code.expose().replace('-', "");
            secrets.push(code.expose().clone().into_bytes());
            secrets.push(letters.as_bytes()[2..].to_vec());
        }
        let mut key = Double::new("https://hall.example");
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let holder = Uuid::from_u128(1);
        let (_, options) = mfa.begin_enrol_passkey(&mut tx, &provider, &desk.mia, holder).await.unwrap();
        secrets.push(options["publicKey"]["challenge"].as_str().unwrap().as_bytes().to_vec());
        let (ceremony, options) = mfa.begin_enrol_passkey(&mut tx, &provider, &desk.mia, holder).await.unwrap();
        let answer = key.register(&options);
        mfa.finish_enrol_passkey(&mut tx, &provider, &desk.mia, holder, ceremony, answer, "Key", &origin(HERE))
            .await
            .unwrap();
        let (_, options) = mfa.begin_passkey(&mut tx, &provider, &desk.mia, holder).await.unwrap();
        secrets.push(options["publicKey"]["challenge"].as_str().unwrap().as_bytes().to_vec());
        tx.commit().await.unwrap();

        let mut tx = desk.hall.db.store.read().await.unwrap();
        for (sql, columns) in TEXTS {
            for row in tx.all(sql, Vec::new()).await.unwrap() {
                for column in columns {
                    let text: Option<String> = row.get(column).unwrap();
                    nothing_in(sql, text.unwrap_or_default().as_bytes(), &secrets);
                }
            }
        }
        for sql in BYTES {
            for row in tx.all(sql, Vec::new()).await.unwrap() {
                let bytes: Option<Vec<u8>> = row.get("bytes").unwrap();
                nothing_in(sql, &bytes.unwrap_or_default(), &secrets);
            }
        }
    })
    .await;
}

fn nothing_in(what: &str, bytes: &[u8], secrets: &[Vec<u8>]) {
    for secret in secrets {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_slice());
        assert!(!found, "{what} holds {}", String::from_utf8_lossy(secret));
    }
}
