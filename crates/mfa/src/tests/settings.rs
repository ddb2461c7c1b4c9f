//! Settings that take a way from people: looked at before, refused until it is meant, the same under policies.

use directory::State;
use kernel::PageRequest;
use testkit::on_each_database;
use uuid::Uuid;

use super::desk::Desk;
use super::entra::MIA;
use crate::model::FactorKind::{self, Passkey, Temporary, Totp};
use crate::permissions::{ChangePolicies, ChangeProvider, ReadMfa};
use crate::policy::{Affected, AffectedFilter, NewDraft, Order, PolicyEffect};
use crate::providers::ProviderUpdate;
use crate::settings::{Settings, SettingsPreview};
use crate::{MfaError, ProviderState};

const BOARD: Uuid = Uuid::from_u128(77);

fn only(kinds: &[FactorKind]) -> Settings {
    Settings { kinds: kinds.to_vec(), ..Settings::default() }
}

async fn preview(desk: &Desk, settings: &Settings) -> SettingsPreview {
    desk.hall.mfa.preview_settings(&desk.may(ChangeProvider { tenant: desk.hall.tenant }), settings).await.unwrap()
}

async fn affected(desk: &Desk, effect: Option<PolicyEffect>) -> Vec<Affected> {
    let filter = AffectedFilter { effect, text: None };
    let page = PageRequest::first(10);
    let may = desk.may(ReadMfa {});
    desk.hall.mfa.list_settings_affected(&may, desk.hall.tenant, &filter, &page).await.unwrap().items
}

async fn put(desk: &Desk, settings: Settings, typed: Option<&str>) -> Result<Vec<FactorKind>, MfaError> {
    let may = desk.may(ChangeProvider { tenant: desk.hall.tenant });
    let confirmation = typed.map(str::to_owned);
    let update = ProviderUpdate { settings: Some(settings), confirmation, ..ProviderUpdate::default() };
    Ok(desk.hall.mfa.put_provider(&may, update).await?.settings.kinds)
}

#[tokio::test]
async fn a_way_that_somebody_has_alone_is_switched_off_only_when_it_is_meant() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.directory_says(State::Active, None).await;
        desk.app().await;
        let (mfa, tenant, reader) = (&desk.hall.mfa, desk.hall.tenant, desk.may(ReadMfa {}));
        assert_eq!(mfa.get_settings_preview(&reader, tenant).await.unwrap(), None, "nobody has looked yet");
        assert!(affected(&desk, None).await.is_empty());

        let wanted = only(&[Passkey, Temporary]);
        let found = preview(&desk, &wanted).await;
        let figures = &found.figures;
        assert_eq!((figures.people, figures.loses_last, figures.loses, figures.short), (1, 1, 0, 1));
        assert_eq!((found.kinds.as_slice(), found.least_factors), ([Passkey, Temporary].as_slice(), 1));
        assert_eq!(mfa.get_settings_preview(&reader, tenant).await.unwrap(), Some(found));
        let people = affected(&desk, Some(PolicyEffect::LosesLast)).await;
        assert_eq!((people[0].object_id, people[0].lost.as_slice()), (MIA, [Totp].as_slice()));
        assert_eq!((people.len(), people[0].policy.as_deref()), (1, None), "the settings would say so");
        assert!(affected(&desk, Some(PolicyEffect::Gains)).await.is_empty());

        for typed in [None, Some(""), Some("contoso")] {
            let refused = put(&desk, wanted.clone(), typed).await;
            assert!(matches!(refused, Err(MfaError::LastFactors { people: 1, .. })), "{typed:?}: {refused:?}");
        }
        assert_eq!(
            mfa.get_provider(&reader, tenant).await.unwrap().settings,
            Settings::default(),
            "nothing was changed"
        );
        assert_eq!(put(&desk, wanted.clone(), Some(" Contoso ")).await.unwrap(), [Passkey, Temporary]);

        // What is given back asks nobody, and neither does what takes nothing away.
        assert_eq!(preview(&desk, &Settings::default()).await.figures.gains, 1);
        assert_eq!(affected(&desk, None).await[0].gained, [Totp]);
        put(&desk, Settings::default(), None).await.unwrap();
        put(&desk, only(&[Totp, Temporary]), None).await.unwrap();
        let more = Settings { least_factors: 2, ..only(&[Totp]) };
        let figures = preview(&desk, &more).await.figures;
        assert_eq!((figures.loses_last, figures.short), (0, 1), "who has fewer than must be kept is counted");
        put(&desk, more, None).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn whom_a_policy_gives_the_way_loses_nothing_and_other_changes_are_not_held_up() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.directory_says(State::Active, Some(BOARD)).await;
        desk.app().await;
        let (mfa, tenant) = (&desk.hall.mfa, desk.hall.tenant);
        let change = desk.may(ChangePolicies { tenant });
        let policy = serde_json::from_value(serde_json::json!({
            "name": "Board", "whom": { "groups": [BOARD] }, "rules": { "kinds": ["totp"] },
        }));
        let draft = NewDraft { policies: vec![policy.unwrap()], version: None };
        let version = mfa.save_draft(&change, draft).await.unwrap().version;
        mfa.apply_policies(&change, &Order { version, ..Order::default() }).await.unwrap();

        let wanted = only(&[Passkey]);
        assert_eq!(preview(&desk, &wanted).await.figures.loses_last, 0);
        put(&desk, wanted.clone(), None).await.unwrap();
        // No policy meets an account that must always get in: then the settings count for it.
        let glass = Settings { break_glass: vec![MIA], ..wanted };
        assert_eq!(preview(&desk, &glass).await.figures.loses_last, 1);
        let refused = put(&desk, glass, None).await;
        assert!(matches!(refused, Err(MfaError::LastFactors { people: 1, .. })), "{refused:?}");

        let may = desk.may(ChangeProvider { tenant });
        let off = ProviderUpdate { state: Some(ProviderState::Off), ..ProviderUpdate::default() };
        mfa.put_provider(&may, off).await.unwrap();
        let wrong = Settings { kinds: Vec::new(), ..Settings::default() };
        let refused = mfa.preview_settings(&desk.may(ChangeProvider { tenant }), &wrong).await;
        assert!(matches!(refused, Err(MfaError::Invalid(_))), "{refused:?}");
        let refused = put(&desk, wrong, Some("Contoso")).await;
        assert!(matches!(refused, Err(MfaError::Invalid(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn of_two_who_change_what_they_have_read_at_once_one_is_told_to_read_again() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (mfa, tenant) = (&desk.hall.mfa, desk.hall.tenant);
        let read = mfa.get_provider(&desk.may(ReadMfa {}), tenant).await.unwrap().version;
        let change = async |minutes: u32| {
            let settings = Settings { session_minutes: minutes, ..Settings::default() };
            let update = ProviderUpdate { settings: Some(settings), version: Some(read), ..ProviderUpdate::default() };
            mfa.put_provider(&desk.may(ChangeProvider { tenant }), update).await
        };
        let (one, other, third) = tokio::join!(change(30), change(40), change(50));
        let (done, late): (Vec<_>, Vec<_>) = [one, other, third].into_iter().partition(Result::is_ok);
        assert!(late.len() == 2 && late.iter().all(|late| matches!(late, Err(MfaError::Stale))), "{late:?}");
        let now = mfa.get_provider(&desk.may(ReadMfa {}), tenant).await.unwrap();
        let done = done.into_iter().next().unwrap().unwrap();
        assert_eq!((now.version, now.settings.session_minutes), (read + 1, done.settings.session_minutes));
    })
    .await;
}

#[tokio::test]
async fn an_app_id_is_kept_as_entra_writes_it() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let app_id = Some(" 8ADF8E6E-67B2-4CF2-A259-E3DC5476C621 ".to_owned());
        let update = ProviderUpdate { app_id, ..ProviderUpdate::default() };
        let may = desk.may(ChangeProvider { tenant: desk.hall.tenant });
        let kept = desk.hall.mfa.put_provider(&may, update).await.unwrap();
        assert_eq!(kept.app_id, "8adf8e6e-67b2-4cf2-a259-e3dc5476c621");
    })
    .await;
}
