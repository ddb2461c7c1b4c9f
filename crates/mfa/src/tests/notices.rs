//! People are told by letter what happens to how they sign in, through a real mail server of a few lines.

use directory::State;
use testkit::on_each_database;

use super::desk::{HERE, origin};
use super::entra::MIA;
use super::post::PostOffice;
use crate::factors::NewCode;
use crate::model::FactorKind;
use crate::permissions::{IssueCode, RemoveFactor};
use crate::providers::ProviderUpdate;
use crate::settings::{Notices, Settings};

const ADDRESS: Option<&str> = Some("mia@contoso.example");

fn wanted() -> NewCode {
    NewCode { reason: "Lost phone".to_owned(), ticket: None, valid_minutes: None, several_uses: false }
}

async fn switch(office: &PostOffice, notices: Notices) {
    let settings = Some(Settings { notices, ..office.desk.settings.clone() });
    office.desk.hall.set(ProviderUpdate { settings, ..ProviderUpdate::default() }).await;
}

#[tokio::test]
async fn each_thing_that_happens_to_a_persons_factors_is_told_once_and_never_with_a_secret() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        let (desk, mfa) = (&office.desk, &office.desk.hall.mfa);
        office.knows(MIA, ADDRESS, Some("en-GB"), State::Active).await;
        let account = desk.mia.id;
        let issued = mfa.issue_code(&desk.may(IssueCode { account }), &wanted()).await.unwrap();
        desk.pass(1);
        desk.app().await;
        desk.pass(1);
        let codes = desk.recovery_codes().await;
        desk.pass(1);
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let factors = mfa.factors_of(&mut tx, account).await.unwrap();
        let app = factors.iter().find(|factor| factor.kind == FactorKind::Totp).unwrap().id;
        mfa.remove_factor(&mut tx, &desk.mia, app, &origin(HERE)).await.unwrap();
        tx.commit().await.unwrap();
        for _ in 0..10 {
            desk.pass(600);
            desk.refusal("00000000").await;
        }
        desk.pass(1);
        mfa.reset(&desk.may(RemoveFactor { account, factor: None }), "They begin anew").await.unwrap();
        office.work().await;
        assert_eq!(
            office.subjects(),
            [
                "A temporary code was made for you",
                "A way to sign in was added",
                "A way to sign in was added",
                "A way to sign in was removed",
                "Codes are refused for your account",
                "All your ways to sign in were removed",
            ]
        );
        let letters = office.letters();
        for (letter, part) in letters.iter().zip([
            "Why: Lost phone",
            "What: Authenticator app",
            "What: Recovery codes",
            "From the address: 192.0.2.7",
            "From the address: 192.0.2.7",
            "Why: They begin anew",
        ]) {
            assert!(letter.contains(part), "{part} is not in {letter}");
            assert!(!letter.contains(issued.code.expose()), "a letter holds the temporary code");
            assert!(codes.iter().all(|code| !letter.contains(code.expose())), "a letter holds a recovery code");
        }
        assert!(office.mail.arrived().iter().all(|letter| letter.to == ["mia@contoso.example"]));
        assert_eq!(office.count("mfa.person_told").await, 6);
        office.work().await;
        assert_eq!(office.letters().len(), 6, "each is told once");
    })
    .await;
}

#[tokio::test]
async fn nobody_is_written_to_where_it_is_switched_off_or_nobody_knows_where_they_read() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        office.knows(MIA, None, None, State::Active).await;
        office.desk.app().await;
        office.work().await;
        assert_eq!(office.count("mfa.person_not_told").await, 1, "the log says why");

        office.knows(MIA, ADDRESS, None, State::Active).await;
        switch(&office, Notices { enabled: false, ..Notices::default() }).await;
        office.desk.recovery_codes().await;
        office.work().await;

        switch(&office, Notices::default()).await;
        office.desk.recovery_codes().await;
        office.knows(MIA, ADDRESS, None, State::Disabled).await;
        office.work().await;
        assert_eq!(office.letters(), Vec::<String>::new());
        assert_eq!(office.count("mfa.person_told").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_mail_server_that_is_busy_is_tried_again_and_one_that_refuses_is_not() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        office.knows(MIA, ADDRESS, Some("en"), State::Active).await;
        office.mail.refuse_next("451 try again later");
        office.desk.app().await;
        office.work().await;
        assert!(office.letters().is_empty());
        office.desk.pass(60);
        office.work().await;
        assert_eq!(office.subjects(), ["A way to sign in was added"]);

        office.mail.refuse_next("550 no such person");
        office.desk.recovery_codes().await;
        office.work().await;
        office.desk.pass(3_600);
        office.work().await;
        assert_eq!(office.letters().len(), 1);
        assert_eq!(office.count("mfa.person_not_told").await, 1);
    })
    .await;
}

#[tokio::test]
async fn who_reports_a_loss_is_told_of_the_loss_alone() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        let desk = &office.desk;
        office.knows(MIA, ADDRESS, Some("en"), State::Active).await;
        desk.app().await;
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let entered = desk.hall.mfa.begin_session(&mut tx, &desk.mia, None, &origin(HERE)).await.unwrap();
        let session = desk.hall.mfa.session(&mut tx, &entered.token).await.unwrap();
        let proved = crate::portal::Session { proved_at: Some(desk.hall.db.env.now()), ..session };
        let entered = desk.hall.mfa.renew_session(&mut tx, &entered.token, proved).await.unwrap();
        let app = desk.hall.mfa.factors_of(&mut tx, desk.mia.id).await.unwrap()[0].id;
        tx.commit().await.unwrap();
        desk.pass(1);
        desk.hall.mfa.report_lost(&entered.token, app, &origin(HERE)).await.unwrap();
        office.work().await;
        assert_eq!(office.subjects(), ["A way to sign in was added", "A loss was reported"]);
    })
    .await;
}
