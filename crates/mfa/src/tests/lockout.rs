//! Guessing ends: by waiting, by locking, by address; the same on every node.

use kernel::{PageRequest, Role};
use testkit::{on_each_database, operator};

use super::desk::{Desk, HERE, proven, refused};
use crate::accounts::AccountFilter;
use crate::factors::{Refusal, Shown, Told, work};
use crate::permissions::{ReadMfa, Unlock};

async fn guess(desk: &Desk, address: &str) -> Refusal {
    refused(desk.show_as(&desk.hall.db.store, &desk.mia, &Shown::Code("000000".into()), address).await)
}

#[tokio::test]
async fn who_guesses_waits_longer_each_time_and_others_do_not() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let app = desk.app().await;
        for _ in 0..4 {
            assert_eq!(guess(&desk, HERE).await, Refusal::WrongCode);
        }
        let until = desk.hall.db.env.now().plus(std::time::Duration::from_secs(5));
        assert_eq!(guess(&desk, HERE).await, Refusal::Waits { until });
        desk.pass(30);
        let code = app.code(desk.hall.db.env.now());
        assert_eq!(guess(&desk, HERE).await, Refusal::WrongCode, "the wait is over");
        assert!(matches!(guess(&desk, HERE).await, Refusal::Waits { .. }));
        assert!(matches!(desk.refusal(&code).await, Refusal::Waits { .. }), "not even the right one is looked at");
        let shown = Shown::Code(code.as_str().into());
        proven(desk.show_as(&desk.hall.db.store, &desk.mia, &shown, "192.0.2.99").await);
        assert_eq!(guess(&desk, HERE).await, Refusal::WrongCode, "who has proved themselves waits nowhere");
    })
    .await;
}

#[tokio::test]
async fn guesses_from_many_addresses_lock_and_the_helpdesk_unlocks() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let app = desk.app().await;
        let since = desk.hall.db.env.now();
        for host in 1..=10 {
            assert_eq!(guess(&desk, &format!("198.51.100.{host}")).await, Refusal::WrongCode, "{host}");
        }
        desk.pass(30);
        let code = app.code(desk.hall.db.env.now());
        assert_eq!(desk.refusal(&code).await, Refusal::Locked { since });
        assert_eq!(desk.events().await.iter().filter(|name| *name == "mfa.locked").count(), 1);
        let details = desk.hall.mfa.get_account(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
        assert_eq!((details.account.locked_at, details.account.failures, details.sources.len()), (Some(since), 10, 10));
        let locked = AccountFilter { locked: Some(true), ..AccountFilter::default() };
        let page = desk.hall.mfa.list_accounts(&desk.may(ReadMfa {}), &locked, &PageRequest::default()).await.unwrap();
        assert_eq!(page.items.len(), 1);
        let helpdesk = operator(desk.hall.db.organisation, Role::Helpdesk);
        let may = helpdesk.may(Unlock { account: desk.mia.id }).unwrap();
        desk.hall.mfa.unlock(&may).await.unwrap();
        proven(desk.show(&code).await);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_tries_many_people_is_looked_at_no_more_for_a_while() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        desk.settings.lockout.address_limit = 5;
        let app = desk.app().await;
        for number in 1..=5 {
            let account = desk.somebody(number).await;
            let shown = Shown::Code("000000".into());
            let verdict = desk.show_as(&desk.hall.db.store, &account, &shown, "2001:db8:1:2::7").await;
            assert_eq!(refused(verdict), Refusal::NoFactor, "{number}");
        }
        let closed = async || desk.events().await.iter().filter(|name| *name == "mfa.source_closed").count();
        assert_eq!(closed().await, 1);
        let refusal = guess(&desk, "2001:db8:1:2:ffff::1").await;
        assert!(matches!(refusal, Refusal::Source { .. }), "the same network: {refusal:?}");
        assert_eq!(guess(&desk, "2001:db8:1:3::7").await, Refusal::WrongCode, "another network");
        assert_eq!(closed().await, 1, "told once");
        desk.pass(3_600);
        let shown = Shown::Code(app.code(desk.hall.db.env.now()).as_str().into());
        proven(desk.show_as(&desk.hall.db.store, &desk.mia, &shown, "2001:db8:1:2::7").await);
    })
    .await;
}

#[tokio::test]
async fn failures_at_the_same_time_on_two_nodes_are_all_counted() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        desk.settings.lockout.wait_after = 100;
        desk.app().await;
        let other = desk.other_node().await;
        let shown = Shown::Code("000000".into());
        for _ in 0..6 {
            tokio::join!(
                desk.show_as(&desk.hall.db.store, &desk.mia, &shown, HERE),
                desk.show_as(&other, &desk.mia, &shown, "198.51.100.9"),
            );
        }
        let details = desk.hall.mfa.get_account(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
        assert_eq!(details.account.failures, 10, "ten were counted, and what came later was not looked at");
        assert!(details.account.locked_at.is_some());
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_guesser_is_told_and_how_much_is_computed_is_the_same_whatever_was_wrong() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        desk.settings.lockout.wait_after = 100;
        let stranger = desk.somebody(5).await;
        let app = desk.app().await;
        let used = app.code(desk.hall.db.env.now());
        let own = desk.recovery_codes().await;
        let place = &own[0].expose()[..2];
        let as_stranger = async |code: &str| {
            let shown = Shown::Code(code.into());
            refused(desk.show_as(&desk.hall.db.store, &stranger, &shown, HERE).await)
        };
        let written = format!("{place}CD-EFGH-JKMN");
        let refusals = [
            (work::of(desk.refusal("000000")).await, "wrong_code"),
            (work::of(desk.refusal(&used)).await, "code_used"),
            (work::of(as_stranger("000000")).await, "no_factor"),
            (work::of(desk.refusal("ABCD-EFGH-JKMN")).await, "wrong_code"),
            (work::of(desk.refusal(&written)).await, "wrong_code"),
            (work::of(as_stranger(&written)).await, "wrong_code"),
        ];
        for ((refusal, _), code) in &refusals {
            assert_eq!(refusal.code(), *code);
            assert_eq!(refusal.told(desk.hall.db.env.now()), Told::NotRight);
        }
        let work = refusals.map(|((_, work), _)| work);
        assert!(work[0].one_time > 0 && work[..3].iter().all(|one| *one == work[0]), "as much is computed: {work:?}");
        assert!(work[3].written == 1 && work[3..].iter().all(|one| *one == work[3]), "as much is computed: {work:?}");
    })
    .await;
}
