//! Letters to people who could not pass.

use directory::State;
use store::args;
use testkit::on_each_database;
use uuid::Uuid;

use super::entra::MIA;
use super::post::PostOffice;
use crate::MfaError;
use crate::campaigns::{Campaign, CampaignState, NewCampaign};
use crate::permissions::{ReadMfa, SendCampaign};

const EVERYBODY: &str = "everybody";

/// So many people without a factor whom the policy `everybody` hits, the first of them Mia; the second has no address.
async fn unready(office: &PostOffice, count: u128) {
    for number in 0..count {
        let person = if number == 0 { MIA } else { Uuid::from_u128(0x1000 + number) };
        let mail = (number != 1).then(|| format!("person{number}@contoso.example"));
        office.knows(person, mail.as_deref(), Some("en"), State::Active).await;
        let hall = &office.desk.hall;
        let mut tx = hall.db.store.begin().await.unwrap();
        tx.execute(
            "INSERT INTO mfa_unready (provider, organisation, object_id, name, upn, mail, why, policies)
             VALUES ($1, $2, $3, $4, $5, $6, 'nothing', $7)",
            args![
                hall.tenant,
                hall.db.organisation,
                person,
                format!("Person {number}"),
                format!("person{number}@contoso.example"),
                mail,
                format!("|{EVERYBODY}|")
            ],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
}

async fn start(office: &PostOffice, new: &NewCampaign) -> Result<Campaign, MfaError> {
    let hall = &office.desk.hall;
    hall.mfa.start_campaign(&office.desk.may(SendCampaign { tenant: hall.tenant }), new).await
}

async fn last(office: &PostOffice) -> Campaign {
    let hall = &office.desk.hall;
    hall.mfa.list_campaigns(&office.desk.may(ReadMfa {}), hall.tenant).await.unwrap().remove(0)
}

fn own(words: &str) -> NewCampaign {
    NewCampaign { policy: Some(EVERYBODY.to_owned()), words: Some(words.to_owned()), again_days: None }
}

#[tokio::test]
async fn what_is_previewed_is_what_is_sent_and_nobody_is_written_to_twice() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        unready(&office, 3).await;
        let hall = &office.desk.hall;
        let may = office.desk.may(SendCampaign { tenant: hall.tenant });
        let preview = hall.mfa.preview_campaign(&may, &own("By Friday.")).await.unwrap();
        assert_eq!((preview.people, preview.without_address, preview.lately, preview.letters), (3, 1, 0, 2));
        let sample = preview.sample.unwrap();
        assert!(sample.text.contains("By Friday.") && sample.text.contains("/me/"), "{}", sample.text);
        assert!(!sample.to.contains("person"), "an address is shown whole: {}", sample.to);
        office.work().await;
        assert!(office.letters().is_empty(), "a preview sends nothing");

        start(&office, &own("By Friday.")).await.unwrap();
        office.work().await;
        office.desk.pass(30);
        office.work().await;
        assert_eq!(office.letters().len(), 2);
        assert!(office.letters().iter().all(|letter| letter.contains("By Friday.")));
        let done = last(&office).await;
        assert_eq!((done.state, done.people, done.sent, done.skipped, done.failed), (CampaignState::Done, 3, 2, 1, 0));
        assert_eq!((office.count("mfa.campaign_started").await, office.count("mfa.campaign_ended").await), (1, 1));

        let again = hall.mfa.preview_campaign(&may, &own("")).await.unwrap();
        assert_eq!((again.lately, again.letters, again.sample), (2, 0, None));
        assert!(matches!(start(&office, &own("")).await, Err(MfaError::Conflict(_))));
        office.desk.pass(8 * 24 * 3_600);
        assert_eq!(hall.mfa.preview_campaign(&may, &own("")).await.unwrap().letters, 2);
    })
    .await;
}

#[tokio::test]
async fn who_has_registered_since_needs_no_letter() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        unready(&office, 3).await;
        office.desk.app().await;
        office.work().await;
        let before = office.letters().len();
        start(&office, &NewCampaign::default()).await.unwrap();
        office.work().await;
        let to: Vec<_> = office.mail.arrived().into_iter().skip(before).flat_map(|letter| letter.to).collect();
        assert_eq!(to, ["person2@contoso.example"]);
    })
    .await;
}

#[tokio::test]
async fn who_is_locked_has_a_way_and_is_not_asked_to_register_one() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        unready(&office, 3).await;
        let hall = &office.desk.hall;
        let mut tx = hall.db.store.begin().await.unwrap();
        let sql = "UPDATE mfa_unready SET why = 'locked' WHERE object_id = $1";
        tx.execute(sql, args![Uuid::from_u128(0x1002)]).await.unwrap();
        tx.commit().await.unwrap();
        let may = office.desk.may(SendCampaign { tenant: hall.tenant });
        let preview = hall.mfa.preview_campaign(&may, &own("")).await.unwrap();
        assert_eq!((preview.people, preview.without_address, preview.letters), (2, 1, 1));
        start(&office, &own("")).await.unwrap();
        office.work().await;
        let to: Vec<_> = office.mail.arrived().into_iter().flat_map(|letter| letter.to).collect();
        assert_eq!(to, ["person0@contoso.example"]);
    })
    .await;
}

#[tokio::test]
async fn letters_leave_in_portions_and_a_campaign_can_be_stopped() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        unready(&office, 30).await;
        let begun = start(&office, &own("Soon.")).await.unwrap();
        assert!(matches!(start(&office, &own("Again.")).await, Err(MfaError::Conflict(_))), "one at a time");
        office.work().await;
        assert_eq!(office.letters().len(), 20, "so many, then a rest");
        assert_eq!((last(&office).await.state, last(&office).await.sent), (CampaignState::Running, 20));
        let tenant = office.desk.hall.tenant;
        let may = office.desk.may(SendCampaign { tenant });
        office.desk.hall.mfa.stop_campaign(&may, begun.id).await.unwrap();
        office.desk.pass(60);
        office.work().await;
        assert_eq!(office.letters().len(), 20, "nobody more");
        assert!(matches!(office.desk.hall.mfa.stop_campaign(&may, begun.id).await, Err(MfaError::Conflict(_))));
        start(&office, &own("Once more.")).await.unwrap();
        office.work().await;
        assert_eq!(office.letters().len(), 29, "those that were left");
    })
    .await;
}

#[tokio::test]
async fn a_mail_server_that_takes_nothing_is_waited_for_and_the_same_person_comes_next() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        unready(&office, 1).await;
        office.mail.refuse_next("451 try again later");
        start(&office, &NewCampaign::default()).await.unwrap();
        office.work().await;
        let waits = last(&office).await;
        assert_eq!((waits.sent, waits.state), (0, CampaignState::Running));
        assert!(waits.trouble.is_some(), "the page says why");
        office.desk.pass(301);
        office.work().await;
        office.desk.pass(30);
        office.work().await;
        let done = last(&office).await;
        assert_eq!((done.sent, done.state, done.trouble), (1, CampaignState::Done, None));
        assert_eq!(office.letters().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        unready(&office, 1).await;
        for new in [
            NewCampaign { words: Some("x".repeat(1_001)), ..NewCampaign::default() },
            NewCampaign { again_days: Some(0), ..NewCampaign::default() },
            NewCampaign { again_days: Some(91), ..NewCampaign::default() },
        ] {
            assert!(matches!(start(&office, &new).await, Err(MfaError::Invalid(_))), "{new:?}");
        }
    })
    .await;
}
