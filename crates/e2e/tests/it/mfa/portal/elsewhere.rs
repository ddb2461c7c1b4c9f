//! The portal for people who have no registered factor: a code that is sent to them, another browser of theirs; and how that
//! browser is taken away again, by themselves and by an administrator.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use e2e::World;
use e2e::world::{Ground, text};
use serde_json::{Value, json};
use store::Backend;
use testkit::{Db, MailServer};
use url::form_urlencoded;

use super::{MINUTE, Porch};
use crate::console::accessible::faults_here;
use crate::mfa::outofband::{digits, grant, reachable, text_of};
use crate::mfa::seat::{Seat, ground, there_is_a_browser};
use crate::mfa::walker::{Page, Walker};

/// A browser with a key, which does by hand what its scripts would do.
struct Phone {
    key: EcdsaKeyPair,
    walker: Walker,
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Phone {
    fn new() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key can be made");
        Self { key, walker: Walker::new() }
    }

    fn open_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.public_key().as_ref())
    }

    fn sign(&self, text: &str) -> String {
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes()).expect("the key signs");
        URL_SAFE_NO_PAD.encode(signature.as_ref())
    }

    async fn told(&self, url: &str, body: &str) -> Value {
        let answer = self.walker.ask("POST", url, &[], body).await;
        assert_eq!(answer.status, 200, "{}", answer.html);
        serde_json::from_str(&answer.html).expect("scripts are answered with JSON")
    }

    /// Signs in to the application by an app, to be asked here about sign-ins elsewhere from then on.
    async fn keep(&mut self, porch: &Porch<'_>, user: &str, key: &str) {
        porch.stage.world.advance(MINUTE);
        self.walker.forget();
        let page = porch.stage.to_our_page(&mut self.walker, user).await;
        let told = self.told(&format!("{}/device/options", page.url), "key=").await;
        let signature = self.sign(&text(&told["text"]));
        let code = page.form("/code").with("code", &porch.code(key)).with("keep", "approve");
        let kept = code.with("keep_ceremony", &text(&told["ceremony"])).with("keep_key", &self.open_key());
        let back = self.walker.post(&kept.with("keep_signature", &signature)).await;
        assert!(back.form("externalauthprovider").get("id_token").is_some(), "{}", back.html);
    }

    /// Opens the page on which the person is asked.
    async fn open(&mut self, porch: &Porch<'_>) {
        let key = self.open_key();
        let told = self.told(&porch.url("/mfa/approve/begin"), &form(&[("key", &key)])).await;
        let (ceremony, signature) = (text(&told["ceremony"]), self.sign(&text(&told["text"])));
        let body = form(&[("ceremony", &ceremony), ("key", &key), ("signature", &signature)]);
        let opened = self.walker.ask("POST", &porch.url("/mfa/approve/open"), &[], &body).await;
        assert_eq!(opened.status, 303, "{}", opened.html);
        opened.cookies.iter().for_each(|cookie| self.walker.keep(cookie));
    }

    /// Has itself told also while its page is closed; the keys are those of RFC 8291 §5.
    async fn be_told_when_closed(&mut self, porch: &Porch<'_>) {
        let page = self.walker.open(&porch.url("/mfa/approve")).await;
        let subscription = page.form("/mfa/approve/closed").with("endpoint", "https://push.example/1");
        let key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let subscription = subscription.with("p256dh", key).with("auth", "BTBZMqHH6r4Tts7J_aSIgg");
        let told = self.walker.post(&subscription).await;
        assert!(told.html.contains("data-closed=\"on\""), "{}", told.html);
    }

    /// Types the number that is shown elsewhere.
    async fn agree(&mut self, porch: &Porch<'_>, number: &str) -> Page {
        let page = self.walker.open(&porch.url("/mfa/approve")).await;
        assert!(page.html.contains("My sign-in"), "it is said what for: {}", page.html);
        let form = page.form("/agree");
        let push = form.action.path().split('/').nth(3).unwrap_or_default().to_owned();
        let signature = self.sign(&format!("vestibule-approve.{push}.{number}"));
        self.walker.post(&form.with("number", number).with("signature", &signature)).await
    }
}

#[tokio::test]
async fn somebody_with_nothing_but_mail_proves_themselves_by_a_code_and_adds_an_app() {
    testkit::on_each_database(async |db| {
        let mail = MailServer::start().await.expect("a mail server");
        let world = World::with_mail(Ground::of(&db), 1, mail.port).await;
        let porch = Porch::new(&world).await;
        reachable(&world, "p1").await;
        grant(&world).await;
        let mut walker = Walker::new();
        let page = porch.sign_in(&mut walker, "p1", false).await;
        assert!(!page.html.contains("/me/add/"), "a password alone registers nothing: {}", page.html);
        assert!(page.html.contains("p•••@h•••.example") && !page.html.contains("home.example"), "{}", page.html);
        let csrf = page.form("/me/prove/send").get("csrf").expect("a token").to_owned();
        let forced =
            walker.ask("POST", &porch.url("/me/add/totp"), &[], &form(&[("csrf", &csrf), ("name", "x")])).await;
        assert_eq!((forced.status, forced.location.as_str()), (303, "/me"), "{}", forced.html);

        let sent = walker.post(&page.form("/me/prove/send")).await;
        assert_eq!((sent.status, mail.arrived().len()), (200, 1), "{}", sent.html);
        let soon = walker.post(&sent.form("/me/prove/send")).await;
        assert_eq!((soon.status, mail.arrived().len()), (422, 1), "not at once again: {}", soon.html);
        let code = digits(text_of(&mail.arrived().pop().expect("a letter").raw));
        let wrong = if code == "000000" { "111111" } else { "000000" };
        let refused = walker.post(&soon.form("/me/prove/code").with("code", wrong)).await;
        assert_eq!(refused.status, 422, "{}", refused.html);
        // The log lists by time.
        world.advance(std::time::Duration::from_millis(1));
        let page = walker.post(&refused.form("/me/prove/code").with("code", &code)).await;
        assert!(page.html.contains("Code by mail"), "the activity says by what: {}", page.html);
        let scan = walker.post(&page.form("/me/add/totp").with("name", "Work phone")).await;
        let key = scan.between("id=\"totp-key\">", "<").replace(' ', "");
        let page = walker.post(&scan.form("/confirm").with("code", &porch.code(&key))).await;
        assert!(page.html.contains("Work phone"), "{}", page.html);
        world.prove_audit().await;
        world.node.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_agrees_opens_the_portal_until_it_is_taken_away() {
    World::on_each(1, async |world| {
        let porch = Porch::new(world).await;
        let (mut phone, mut tablet, mut laptop) = (Phone::new(), Phone::new(), Walker::new());
        let key = porch.stage.enrol_app(&mut phone.walker, "p1").await;
        phone.keep(&porch, "p1", &key).await;
        tablet.keep(&porch, "p1", &key).await;
        let account = text(&world.get("mfa/accounts").await["items"][0]["id"]);
        let factors = format!("mfa/accounts/{account}/factors");
        let app = text(&world.get(&factors).await["items"][0]["id"]);
        let taken = world.ask("DELETE", &format!("{factors}/{app}?reason=lost"), Value::Null).await;
        assert_eq!(taken.status, 204, "{:#}", taken.body);

        phone.open(&porch).await;
        phone.be_told_when_closed(&porch).await;
        let page = porch.sign_in(&mut laptop, "p1", true).await;
        assert!(!page.html.contains("/me/add/"), "a password alone registers nothing: {}", page.html);
        let shown = laptop.post(&page.form("/me/prove/push")).await;
        let number = shown.between("class=\"match\"", "</p>").split('>').nth(1).unwrap_or_default().to_owned();
        let agreed = phone.agree(&porch, &number).await;
        assert!(agreed.html.contains("You have agreed"), "{}", agreed.html);
        let approved = laptop.open(&porch.url("/me/prove/push")).await;
        let page = laptop.post(&approved.form("/me/prove/push/finish")).await;
        assert!(page.html.contains("/me/add/totp") && page.html.contains("Agreed in another browser"), "{}", page.html);
        let browsers = format!("mfa/accounts/{account}/browsers");
        let listed = world.get(&browsers).await;
        assert_eq!(
            (&listed["items"][0]["purpose"], &listed["items"][1]["purpose"]),
            (&"approves".into(), &"approves".into())
        );
        let (of_tablet, of_phone) = (text(&listed["items"][0]["id"]), text(&listed["items"][1]["id"]));
        let devices = laptop.open(&porch.url("/me/devices")).await;
        assert!(devices.html.contains("tells you also when its page is closed"), "{}", devices.html);
        let forget = devices.form("/me/devices/forget");
        assert_eq!(forget.get("device"), Some(of_tablet.as_str()), "newest first: {}", devices.html);
        let after = world.newest().await;
        laptop.post(&forget).await;
        world.event(after, "mfa.approver_removed", "p1@contoso.com").await;

        let (console, bearer) = (Walker::new(), format!("Bearer {}", world.token));
        let person = porch.url(&format!("/second-factor/people/{account}"));
        let shown = console.ask("GET", &person, &[("authorization", &bearer)], "").await;
        assert!(shown.html.contains("told by web push") && !shown.html.contains(&of_tablet), "{}", shown.html);
        let remove = format!("{person}/browsers/{of_phone}/remove");
        let asked = console.ask("GET", &remove, &[("authorization", &bearer)], "").await;
        assert!(asked.html.contains("they need a temporary code"), "it is the last: {}", asked.html);
        let after = world.newest().await;
        let gone = console.ask("POST", &remove, &[("authorization", &bearer)], "reason=sold").await;
        assert_eq!(gone.status, 303, "{}", gone.html);
        let told = world.event(after, "mfa.approver_removed", "p1@contoso.com").await;
        assert_eq!(told["reason"], "sold", "{told:#}");
        assert_eq!(world.get(&browsers).await["items"], json!([]));
        let again = world.ask("DELETE", &format!("{browsers}/{of_phone}"), Value::Null).await;
        assert_eq!(again.status, 404, "{:#}", again.body);
        let shut = phone.walker.open(&porch.url("/mfa/approve")).await;
        assert!(shut.html.contains("data-approve-begin"), "its page is shut: {}", shut.html);
        world.prove_audit().await;
    })
    .await;
}

#[tokio::test]
async fn a_number_from_the_portal_is_matched_in_two_browsers() {
    if !there_is_a_browser() {
        return;
    }
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let world = World::new(ground(&db), 1).await;
    let porch = Porch::new(&world).await;
    let (phone, laptop) = (Seat::new(&porch.stage).await, Seat::new(&porch.stage).await);
    let key = phone.enrol_app("p1").await;
    phone.by_app("p1", &key, &["approve"]).await;
    phone.driver.go(&porch.url("/mfa/approve")).await.unwrap();
    phone.until("the open page", "document.querySelector('[data-approve-state]')").await;

    laptop.driver.go(&porch.sign_in_url(false)).await.unwrap();
    laptop.until("the password", "document.querySelector('input[name=passwd]')").await;
    laptop.driver.fill("input[name=login]", &e2e::entra::address("p1")).await.unwrap();
    laptop.driver.fill("input[name=passwd]", "Passw0rd!").await.unwrap();
    laptop.driver.press("button[value=sign-in]").await.unwrap();
    let (push, accept) = ("form[action='/me/prove/push'] button", "button[value=accept]");
    laptop.until("the portal", &format!("document.querySelector(\"{push}, {accept}\")")).await;
    // Entra asks once whether the application may read who they are.
    let _ = laptop.driver.press(accept).await;
    laptop.until("the choice", &format!("document.querySelector(\"{push}\")")).await;
    laptop.driver.press(push).await.unwrap();
    laptop.until("the number", "document.querySelector('.match')").await;
    let number = laptop.ask("document.querySelector('.match').textContent").await;
    let number = number.as_str().unwrap_or_default().to_owned();
    let found = faults_here(&laptop.driver, "the number at the portal").await;
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));

    phone.until("the question", "document.querySelector('form[data-agree]')").await;
    let told = phone.ask("document.querySelector('main').innerText").await.to_string();
    assert!(told.contains("My sign-in") && !told.contains(&format!("\\n{number}\\n")), "{told}");
    phone.driver.fill("input[name=number]", &number).await.unwrap();
    phone.driver.press("form[data-agree] button").await.unwrap();
    phone.until("that it was agreed to", "document.querySelector('.callout.ok')").await;
    laptop.until("what is theirs", "document.querySelector('.me-list .main')").await;
    assert_eq!(phone.complaints(&[]).await, Vec::<String>::new());
    assert_eq!(laptop.complaints(&[]).await, Vec::<String>::new());
    phone.driver.stop().await;
    laptop.driver.stop().await;
    world.prove_audit().await;
}
