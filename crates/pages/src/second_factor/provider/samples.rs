//! What a second factor looks like.

use std::collections::BTreeMap;

use super::super::course::KeyLife;
use super::super::policies::preview::{AffectedRow, EFFECTS};
use super::*;
use crate::address::Address;
use crate::layout::Section;
use crate::parts::{Check, Checklist};
use crate::sheet::Listed;
use crate::tests::{DAY, Gallery, ago, ahead, frame};

fn view() -> ProviderView {
    ProviderView {
        id: "t1".into(),
        tenant: "Contoso".into(),
        on: true,
        name: "Vestibule".into(),
        client_id: "vestibule-0198f0c26c1e7b539a0d3b1f44c8e1aa".into(),
        app_id: "a85b8f65-3f0f-4b6b-8f4b-0e7b3d1c9a10".into(),
        discovery_url: "https://vestibule.contoso.example/mfa/t1/.well-known/openid-configuration".into(),
        issuer: "https://vestibule.contoso.example/mfa/t1".into(),
        redirect_uri: "https://login.microsoftonline.com/common/federation/externalauthprovider".into(),
        version: 3,
    }
}

fn page(open: Open) -> ProviderPage {
    ProviderPage::new(frame("Contoso", Section::SecondFactor), view(), open)
}

fn keys() -> KeysView {
    let key = |kid: &str, published: i64, signs: i64, until: Option<i64>, removed: Option<i64>| {
        let at = |days: i64| if days < 0 { ago(-days * DAY) } else { ahead(days * DAY) };
        KeyLife {
            kid: kid.into(),
            published: at(published),
            signs: at(signs),
            until: until.map(at),
            removed: removed.map(at),
            signs_now: kid.starts_with('b'),
        }
    };
    let keys = vec![
        key("a71dTQx0Yy0pV3nG", -20, -18, Some(-6), Some(-4)),
        key("b09sKKm21LrW8zQf", -8, -6, Some(1), Some(3)),
        key("c55hWWq97AsD4xJm", -1, 1, None, None),
    ];
    KeysView { keys, error: String::new() }
}

fn form() -> SettingsForm {
    let values = [
        ("kind_passkey", "yes"),
        ("kind_totp", "yes"),
        ("most_factors", "9"),
        ("least_factors", "1"),
        ("session_minutes", "240"),
        ("window", "1"),
        ("lockout", "medium"),
        ("lock_after", "10"),
        ("wait_after", "3"),
        ("longest_wait_seconds", "300"),
        ("address_limit", "100"),
        ("default_minutes", "60"),
        ("longest_minutes", "1440"),
        ("device_days", "365"),
        ("device_idle_days", "90"),
        ("enrol_inline", "yes"),
        ("first_factor", "sign_in"),
        ("notices_enabled", "yes"),
        ("attestation_mode", "wanted"),
        ("notices_contact", "help@contoso.example"),
    ];
    let values: BTreeMap<_, _> = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let kinds = vec![
        ("passkey".to_owned(), "Passkey", "Finger, face or PIN of a device, or a security key. Cannot be phished."),
        ("totp".to_owned(), "Authenticator app", "A code that changes every 30 seconds, in any app."),
    ];
    let delivery = DeliveryView {
        permission: "UserAuthenticationMethod.Read.All".into(),
        mend: "add the permission to the tenant's application".into(),
        consent_url: "https://login.microsoftonline.com/t1/adminconsent".into(),
        ..DeliveryView::default()
    };
    let wrong = Some(("most_factors".into(), "Must be from 1 to 5.".into()));
    SettingsForm { values, kinds, wrong, delivery: Some(delivery), concern: None }
}

fn concerning() -> Concern {
    let first = [
        "Jon Bell (jon.bell@contoso.example): Authenticator app",
        "Zoe Marsh (zoe.marsh@contoso.example): Hardware token",
    ];
    Concern {
        id: "t1".into(),
        tenant: "Contoso".into(),
        seen: "passkey|1|".into(),
        people: 412,
        loses_last: 12,
        loses: 30,
        gains: 0,
        short: 14,
        first: first.map(str::to_owned).into(),
        error: String::new(),
    }
}

fn concerned_people() -> ConcernedView {
    let person = |name: &str, effect| AffectedRow {
        object_id: name.replace(' ', "-"),
        name: name.into(),
        upn: format!("{}@contoso.example", name.to_lowercase().replace(' ', ".")),
        effect,
        lost: "Authenticator app".into(),
        gained: String::new(),
        policy: String::new(),
        href: "/second-factor/people/a1".into(),
    };
    ConcernedView {
        id: "t1".into(),
        tenant: "Contoso".into(),
        counted: ago(DAY / 24),
        by: "operator:ada".into(),
        outdated: false,
        people: Listed::of(vec![person("Jon Bell", EFFECTS[0].1), person("Zoe Marsh", EFFECTS[1].1)], Some("c1")),
        effect: String::new(),
        words: String::new(),
        here: Address::new("/second-factor/providers/t1/settings/people"),
    }
}

/// The settings while somebody would lose something by them.
fn concern(gallery: &mut Gallery) {
    let seen = |concern| SettingsForm { wrong: None, concern: Some(concern), ..form() };
    gallery.add("second-factor-settings-concern", &page(Open::Settings(Box::new(seen(concerning())))));
    let error = "The name of the tenant, Contoso, has to be typed.".to_owned();
    let refused = Concern { error, ..concerning() };
    gallery.add("second-factor-settings-refused", &page(Open::Settings(Box::new(seen(refused)))));
    let nobody = Concern { loses_last: 0, loses: 0, short: 0, first: Vec::new(), ..concerning() };
    gallery.add("second-factor-settings-nobody", &page(Open::Settings(Box::new(seen(nobody)))));
    let frame_of = || frame("Contoso", Section::SecondFactor);
    gallery.add("second-factor-settings-people", &concerned(frame_of(), &concerned_people()));
    let none = Listed::of(Vec::new(), None);
    let empty = ConcernedView { outdated: true, people: none, ..concerned_people() };
    gallery.add("second-factor-settings-people-empty", &concerned(frame_of(), &empty));
}

fn doctor(passed: bool) -> DoctorView {
    let ok = |name: &str, text: &str| Check::new(Tone::Ok, name, text);
    let ours = vec![
        ok("Metadata document", "Answered 200 with Content-Length 912."),
        ok("Issuer", "The issuer is the same everywhere, to the letter."),
        ok("Key id", "The key that signs is in the list."),
        ok("Certificate", "Valid until 10 July 2027."),
    ];
    let custom = Check::new(Tone::Bad, "Asked twice", "12 people are hit by a custom control and by External MFA.")
        .mend("Leave the pilot group out of the policy “Old MFA”.");
    let entras = vec![
        ok("Method", "Vestibule is in Entra."),
        ok("Method’s values", "App ID, client id and discovery endpoint are ours."),
        if passed { ok("Asked twice", "Nobody is.") } else { custom },
        Check::new(Tone::Off, "Reply URL", "Not looked at: Application.Read.All is missing.")
            .code("Authorization_RequestDenied"),
    ];
    let missing = if passed { Vec::new() } else { vec!["Application.Read.All".to_owned()] };
    DoctorView { ours: Checklist::new(ours), entras: Checklist::new(entras), passed, missing }
}

fn letters() -> CampaignRow {
    CampaignRow {
        id: "c1".into(),
        running: true,
        stopped: false,
        people: 37,
        sent: 20,
        skipped: 2,
        failed: 1,
        trouble: "The mail server does not take letters now.".into(),
        by: "operator:ada".into(),
        started: ago(DAY / 24),
        ended: None,
    }
}

fn campaigns(gallery: &mut Gallery) {
    let frame_of = || frame("Write to those who could not pass", Section::SecondFactor);
    let form = CampaignForm {
        whose: "Everybody of the tenant without a usable factor".into(),
        again: "7".into(),
        ..CampaignForm::default()
    };
    gallery.add("second-factor-campaign", &CampaignPage::new(frame_of(), &view(), form.clone()));
    let preview = CampaignPreview {
        people: 37,
        lately: 3,
        without_address: 1,
        letters: 33,
        minutes: 1,
        name: "Jon Bell".into(),
        to: "j•••@c•••.example".into(),
        subject: "Please register how you prove that it is you".into(),
        text: "Hello Jon Bell,\n\nYour applications will soon ask for more than your password.\n\nContoso".into(),
    };
    let words = "Until the first of March, please.".to_owned();
    let seen = CampaignForm { preview: Some(preview), words, ..form.clone() };
    gallery.add("second-factor-campaign-preview", &CampaignPage::new(frame_of(), &view(), seen));
    let wrong = Some(("again_days".into(), "Must be from 1 to 90.".into()));
    let blocked = "No mail server is configured: see [mail].".into();
    let refused = CampaignForm { again: "0".into(), wrong, blocked, ..form };
    gallery.add("second-factor-campaign-refused", &CampaignPage::new(frame_of(), &view(), refused));
}

fn readiness() -> ReadinessView {
    let policy = |name: &str, people, without, ready, on| PolicyRow {
        id: name.to_lowercase(),
        name: name.into(),
        state: if on { "Enforced" } else { "Report-only" },
        on,
        people,
        without,
        ready,
        notes: if ready { Vec::new() } else { vec!["Roles are not counted.".to_owned()] },
    };
    let without = |name: &str, why| WithoutRow {
        object_id: name.replace(' ', "-"),
        name: name.into(),
        upn: format!("{}@contoso.example", name.to_lowercase().replace(' ', ".")),
        mail: format!("{}@contoso.example", name.to_lowercase().replace(' ', ".")),
        department: "Retail".into(),
        why,
        href: String::new(),
    };
    ReadinessView {
        policies: vec![policy("Pilot", 40, 0, true, true), policy("Everybody", 412, 37, false, false)],
        wanted: 95,
        counted: Some((ago(3 * DAY), "operator:ada".into())),
        blocked: String::new(),
        policy: "everybody".into(),
        without: Listed::of(vec![without("Jon Bell", "Never registered"), without("Zoe Marsh", "Locked")], Some("c1")),
        campaign: Some(letters()),
        here: Address::new("/second-factor/providers/t1/readiness"),
    }
}

/// One application for both, or one for each.
fn set_up(together: bool) -> SetUpView {
    let (authorize, back) = (
        "https://vestibule.contoso.example/mfa/t1/authorize".to_owned(),
        "https://vestibule.contoso.example/me/callback".to_owned(),
    );
    let both = ApplicationView {
        app_id: view().app_id,
        of_method: true,
        of_portal: true,
        reply_urls: vec![authorize.clone(), back.clone()],
        claims: "{\"idToken\":[{\"name\":\"auth_time\",\"essential\":false}]}".into(),
    };
    let method =
        ApplicationView { of_portal: false, reply_urls: vec![authorize], claims: String::new(), ..both.clone() };
    let app_id = "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into();
    let portal = ApplicationView { app_id, of_method: false, reply_urls: vec![back], ..both.clone() };
    SetUpView {
        applications: if together { vec![both] } else { vec![method, portal] },
        powershell: "Connect-MgGraph -NoWelcome -Scopes 'Application.ReadWrite.All'\n".into(),
        az: "#!/bin/sh\naz login --allow-no-subscriptions --output none\n".into(),
        ..SetUpView::default()
    }
}

pub fn add(gallery: &mut Gallery) {
    gallery.add("second-factor", &page(Open::SetUp(Box::new(set_up(true)))));
    let refused =
        SetUpView { refused: "The tenant’s application may not change applications.".into(), ..set_up(false) };
    gallery.add("second-factor-refused", &page(Open::SetUp(Box::new(refused))));
    let off = ProviderView { on: false, ..view() };
    let error = "1 to 200 visible ASCII characters.".into();
    let wrong = Open::SetUp(Box::new(SetUpView { error, ..set_up(false) }));
    gallery.add("second-factor-off", &ProviderPage::new(frame("Contoso", Section::SecondFactor), off, wrong));
    gallery.add("second-factor-settings", &page(Open::Settings(Box::new(form()))));
    concern(gallery);
    gallery.add("second-factor-keys", &page(Open::Keys(keys())));
    let refused = KeysView { error: "Another key waits already.".into(), ..keys() };
    gallery.add("second-factor-keys-refused", &page(Open::Keys(refused)));
    gallery.add("second-factor-doctor", &page(Open::Doctor(doctor(false))));
    gallery.add("second-factor-doctor-passed", &page(Open::Doctor(doctor(true))));
    gallery.add("second-factor-readiness", &page(Open::Readiness(Box::new(readiness()))));
    let nothing = ReadinessView {
        policies: Vec::new(),
        policy: String::new(),
        without: Listed::of(Vec::new(), None),
        blocked: "Policy.Read.All is missing.".into(),
        counted: None,
        campaign: None,
        ..readiness()
    };
    gallery.add("second-factor-readiness-empty", &page(Open::Readiness(Box::new(nothing))));
    let over = CampaignRow { running: false, ended: Some(ago(DAY)), trouble: String::new(), ..letters() };
    let sent = ReadinessView { campaign: Some(over), ..readiness() };
    gallery.add("second-factor-readiness-sent", &page(Open::Readiness(Box::new(sent))));
    campaigns(gallery);
    super::registration::samples::add(gallery, &view());
    let frame_of = || frame("Contoso", Section::SecondFactor);
    gallery.add("second-factor-switch-off", &ask_off(frame_of(), "t1", "Contoso"));
    gallery.add("second-factor-replace-keys", &ask_replace(frame_of(), "t1", "Contoso"));
    let new = BeginForm {
        id: "t1".into(),
        tenant: "Contoso".into(),
        licence: Some((Tone::Warn, "The tenant has no plan with Conditional Access.".into())),
        ..BeginForm::default()
    };
    gallery.add("second-factor-begin", &begin(frame_of(), &new));
    let method = MethodView { body: "{\n  \"state\": \"disabled\"\n}".into(), ..MethodView::default() };
    gallery.add("second-factor-method", &MethodPage::new(frame_of(), &view(), method.clone()));
    let there = MethodView { on: Some(false), name: "Vestibule".into(), ..method.clone() };
    gallery.add("second-factor-method-there", &MethodPage::new(frame_of(), &view(), there));
    let blocked = MethodView { blocked: "Policy.ReadWrite.AuthenticationMethod is missing.".into(), ..method };
    gallery.add("second-factor-method-blocked", &MethodPage::new(frame_of(), &view(), blocked));
}
