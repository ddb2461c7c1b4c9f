//! Owners are told of a held plan by letter (NET-03), through a real mail server of a few lines.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kernel::{OperatorId, OrganisationId, Timestamp};
use mail::{Config, Encryption, Mailer};
use testkit::{MailServer, on_each_database};

use super::Room;
use crate::error::DirsyncError;
use crate::notice::{KnowOperators, Post};
use crate::service::runs::Part;
use crate::{RunKind, RunState};

/// Knows the address of one operator, who may be the only one.
struct Ada {
    alone: bool,
}

#[async_trait]
impl KnowOperators for Ada {
    async fn mail_of(&self, _: OrganisationId, user_name: &str) -> Result<Option<String>, DirsyncError> {
        Ok((user_name == "ada").then(|| "ada@example.org".to_owned()))
    }

    async fn somebody_else_decides(
        &self,
        _: OrganisationId,
        _: OperatorId,
        _: Timestamp,
    ) -> Result<bool, DirsyncError> {
        Ok(!self.alone)
    }
}

fn post(server: Option<&MailServer>, alone: bool) -> Post {
    let config = Config {
        server: server.map(|_| "127.0.0.1".to_owned()),
        port: server.map_or(0, |server| server.port),
        encryption: Encryption::None,
        from: Some("Vestibule <vestibule@example.org>".to_owned()),
        ..Config::default()
    };
    Post {
        mailer: Mailer::new(&config),
        url: "https://vestibule.example".to_owned(),
        operators: Arc::new(Ada { alone }),
    }
}

async fn room_with(db: testkit::Db, server: Option<&MailServer>, owners: &[&str]) -> Room {
    let room = Room::filled(db, 40).await.made(|dirsync| dirsync.with_post(post(server, false)));
    room.set(|settings| settings.owners = owners.iter().map(|&owner| owner.to_owned()).collect()).await;
    room
}

#[tokio::test]
async fn owners_read_what_waits_why_until_when_and_where() {
    on_each_database(async |db| {
        let server = MailServer::start().await.unwrap();
        let room = room_with(db, Some(&server), &["ada", "Team <team@example.org>", "ada@example.org", "nobody"]).await;
        for number in 1..=20 {
            room.fake.delete_user(number);
        }
        let run = room.run(RunKind::Delta).await;
        let letters = server.arrived();
        assert_eq!(letters.len(), 1, "one letter for all of them");
        let letter = &letters[0];
        assert_eq!(letter.from, "vestibule@example.org");
        assert_eq!(letter.to, ["ada@example.org", "team@example.org"]);
        // As it was before it was made fit for lines of 76 characters.
        let text = letter.raw.replace("=\r\n", "").replace("\r\n", "\n");
        for part in [
            "Subject: Vestibule: a plan for Example waits for a decision",
            "A delta run of Example, started by operator:test-owner",
            "20 of 40 users would be lost",
            "somebody other than operator:test-owner must decide",
            "user lose: 20",
            "deleted in source: 20",
            &format!("rejected at {}", run.expires_at.unwrap()),
            &format!("https://vestibule.example/dirsync/plans/{}", run.id),
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        let told = room.acts("dirsync.owners_").await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0, "dirsync.owners_told");
    })
    .await;
}

#[tokio::test]
async fn the_only_operator_is_not_told_to_wait_for_somebody_else() {
    on_each_database(async |db| {
        let server = MailServer::start().await.unwrap();
        let room = Room::filled(db, 40).await.made(|dirsync| dirsync.with_post(post(Some(&server), true)));
        room.set(|settings| settings.owners = vec!["ada".to_owned()]).await;
        for number in 1..=20 {
            room.fake.delete_user(number);
        }
        assert_eq!(room.run(RunKind::Delta).await.state, RunState::Held);
        let text = server.arrived()[0].raw.replace("=\r\n", "").replace("\r\n", "\n");
        assert!(!text.contains("must decide"), "{text}");
        for part in ["nobody beside operator:test-owner may", "signed in, by typing the tenant's name (Example)"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_mail_server_that_is_busy_is_tried_again_until_it_takes_the_letter() {
    on_each_database(async |db| {
        let server = MailServer::start().await.unwrap();
        let room = room_with(db, Some(&server), &["team@example.org"]).await;
        server.refuse_next("451 try again later");
        server.refuse_next("421 closing");
        for number in 1..=20 {
            room.fake.delete_user(number);
        }
        room.run(RunKind::Delta).await;
        assert!(server.arrived().is_empty());
        for _ in 0..4 {
            room.db.hand.advance(Duration::from_hours(1));
            room.work().await;
        }
        assert_eq!(server.arrived().len(), 1, "and only once");
    })
    .await;
}

#[tokio::test]
async fn nobody_is_told_of_what_was_decided_meanwhile_or_does_not_wait() {
    on_each_database(async |db| {
        let server = MailServer::start().await.unwrap();
        let room = room_with(db, Some(&server), &["team@example.org"]).await;
        room.fake.put_user(1, |user| user.department = Some("Sales".to_owned()));
        assert_eq!(room.run(RunKind::Delta).await.state, RunState::Done);
        server.refuse_next("451 try again later");
        for number in 1..=20 {
            room.fake.delete_user(number);
        }
        let run = room.run(RunKind::Delta).await;
        room.approve(&run, &Part::All).await;
        room.db.hand.advance(Duration::from_hours(1));
        room.work().await;
        assert!(server.arrived().is_empty());
    })
    .await;
}

#[tokio::test]
async fn without_a_mail_server_the_log_says_that_nobody_was_told() {
    on_each_database(async |db| {
        let room = room_with(db, None, &["team@example.org"]).await;
        assert!(!room.dirsync.mail_is_set_up());
        for number in 1..=20 {
            room.fake.delete_user(number);
        }
        assert_eq!(room.run(RunKind::Delta).await.state, RunState::Held);
        let told = room.acts("dirsync.owners_").await;
        assert_eq!(told[0].0, "dirsync.owners_not_told");
        assert!(told[0].1.as_deref().unwrap().contains("[mail]"));
    })
    .await;
}
