//! After people have registered, signed in and been helped, no table of the whole server and no line of its log holds a
//! secret in the open.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use e2e::World;
use serde_json::json;
use store::{Backend, Store, args};
use tracing::Level;

use super::stage::{Stage, code};
use super::walker::Walker;

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8_lossy(&bytes).lines().map(|line| format!("log: {line}")).collect()
    }
}

/// Every row of every table as a line of text, bytes as hexadecimal digits.
async fn rows(store: &Store) -> Vec<String> {
    let mut tx = store.read().await.expect("the database answers");
    // The statement that reads a table, made by the database from its own list of columns.
    let statements = if store.backend() == Backend::Sqlite {
        "SELECT m.name AS name, 'SELECT ' || group_concat('quote(\"' || c.name || '\")', ' || '' '' || ')
             || ' AS line FROM \"' || m.name || '\"' AS statement
         FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY m.name"
    } else {
        "SELECT CAST(tablename AS TEXT) AS name, 'SELECT CAST(t AS TEXT) AS line FROM \"' || tablename || '\" t' AS statement
         FROM pg_tables WHERE schemaname = current_schema()"
    };
    let mut lines = Vec::new();
    for table in tx.all(statements, args![]).await.expect("the tables are listed") {
        let name: String = table.get("name").expect("a table has a name");
        let statement: String = table.get("statement").expect("a statement was made");
        for row in tx.all(statement.leak(), args![]).await.unwrap_or_else(|error| panic!("{name}: {error:?}")) {
            lines.push(format!("{name}: {}", row.get::<String>("line").expect("a row is text")));
        }
    }
    lines
}

/// Ways in which a secret could stand somewhere: as it is, and its bytes as a database shows them.
fn forms(secret: &[u8]) -> Vec<String> {
    let hex = secret.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    String::from_utf8(secret.to_vec()).ok().map(|text| text.to_lowercase()).into_iter().chain([hex]).collect()
}

fn bytes_of_base32(key: &str) -> Vec<u8> {
    let values = key.chars().filter_map(|letter| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter));
    let bits = values.map(|value| format!("{value:05b}")).collect::<Vec<_>>().concat();
    bits.as_bytes().chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all * 2 + (bit - b'0'))).collect()
}

/// What a journey has brought to light that nobody else may see.
async fn journey(stage: &Stage<'_>) -> Vec<(&'static str, Vec<u8>)> {
    let world = stage.world;
    let mut walker = Walker::new();
    let page = stage.to_our_page(&mut walker, "p1").await;
    let bound = walker.cookies_like("vestibule-mfa-").pop().expect("the sign-in is bound to the browser");
    let scan = walker.post(&page.form("/enrol/totp")).await;
    let key = scan.between("id=\"totp-key\">", "<").replace(' ', "");
    let back = walker.post(&scan.form("/confirm").with("code", &code(&key, world.now().seconds()))).await;
    let form = back.form("externalauthprovider");
    let answer = form.get("id_token").expect("Entra is answered").to_owned();
    walker.post(&form).await;

    let account = world.get("mfa/accounts").await["items"][0]["id"].as_str().expect("an account").to_owned();
    let issued = world.post(&format!("mfa/accounts/{account}/codes"), json!({ "reason": "phone lost" })).await;
    let temporary = issued["code"].as_str().expect("a code").to_owned();
    walker.forget();
    let page = stage.to_our_page(&mut walker, "p1").await;
    let wrong = walker.post(&page.form("/code").with("code", &temporary.replace(&temporary[5..6], "Z"))).await;
    let right = if wrong.html.contains("/code\"") { wrong.form("/code") } else { page.form("/code") };
    walker.post(&right.with("code", &temporary)).await;
    let secret_half: String = temporary.chars().filter(|letter| *letter != '-').skip(2).collect();
    vec![
        ("the key of the app, as people type it", key.clone().into_bytes()),
        ("the key of the app", bytes_of_base32(&key)),
        ("what binds the browser", bound.into_bytes()),
        ("our answer", answer.into_bytes()),
        ("the temporary code", temporary.into_bytes()),
        ("its secret part", secret_half.into_bytes()),
        ("an operator's token", world.token.clone().into_bytes()),
        ("another operator's token", world.second_token.clone().into_bytes()),
        ("the application's secret", world.entra.running.client_secret.clone().into_bytes()),
        (
            "the head of a private key of RSA (RFC 5208)",
            b"\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01".to_vec(),
        ),
        ("a private key as text (RFC 7468)", b"PRIVATE KEY-----".to_vec()),
    ]
}

#[tokio::test]
async fn no_table_and_no_line_of_the_log_holds_a_secret() {
    World::on_each(1, async |world| {
        let log = Log::default();
        let writer = log.clone();
        let logger =
            tracing_subscriber::fmt().with_max_level(Level::DEBUG).with_ansi(false).with_writer(move || writer.clone());
        // The server of the test runs on this thread, as all of the test does.
        let _listening = tracing::subscriber::set_default(logger.finish());
        let stage = Stage::new(world).await;
        let secrets = journey(&stage).await;
        let mut lines = rows(&world.node.store).await;
        assert!(lines.iter().any(|line| line.starts_with("mfa_factors: ")), "the tables are read");
        assert!(lines.iter().any(|line| line.starts_with("mfa_attempts: ") && line.contains("p1@contoso.com")));
        let logged = log.lines();
        assert!(!logged.is_empty(), "the log is read");
        lines.extend(logged);
        for line in lines.iter().map(|line| line.to_lowercase()) {
            for (name, secret) in &secrets {
                let found = forms(secret).into_iter().find(|form| line.contains(form.as_str()));
                assert!(found.is_none(), "{name} stands in {line}");
            }
        }
    })
    .await;
}
