//! A person's own portal: in by Entra and a factor, everything they may do there, and out.

mod browser;
mod elsewhere;
mod hostile;

use std::time::Duration;

use e2e::World;
use serde_json::{Value, json};

use super::stage::{Stage, code};
use super::walker::{Page, Walker};

const MINUTE: Duration = Duration::from_mins(1);

/// A tenant whose own application may bring people back to us, and tells when they signed in.
struct Porch<'a> {
    stage: Stage<'a>,
}

impl<'a> Porch<'a> {
    async fn new(world: &'a World) -> Self {
        let porch = Self { stage: Stage::new(world).await };
        porch.register(json!(["auth_time"])).await;
        porch
    }

    /// Tells the application in Entra where people come back to, and which claims it wants.
    async fn register(&self, claims: Value) {
        let (world, entra) = (self.stage.world, &self.stage.world.entra);
        let body = json!({
            "redirect_uris": [format!("{}/me/callback", world.node.url)], "optional_claims": { "id_token": claims },
        });
        entra.call("PATCH", &format!("apps/{}", entra.running.client_id), body).await;
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stage.world.node.url)
    }

    fn sign_in_url(&self, fresh: bool) -> String {
        let fresh = if fresh { "&fresh=yes" } else { "" };
        self.url(&format!("/me/sign-in?tenant={}{fresh}", self.stage.world.tenant))
    }

    /// From our page past Entra's, with the password where it is asked for, and back.
    async fn sign_in(&self, walker: &mut Walker, user: &str, fresh: bool) -> Page {
        let page = walker.open(&self.sign_in_url(fresh)).await;
        self.past_entra(walker, page, user).await
    }

    async fn past_entra(&self, walker: &mut Walker, mut page: Page, user: &str) -> Page {
        for _ in 0..6 {
            if page.url.path().starts_with("/me") {
                return page;
            }
            let form = page.form("");
            let form = if form.get("passwd").is_some() {
                let form = form.with("login", &e2e::entra::address(user));
                form.with("passwd", "Passw0rd!").with("decision", "sign-in")
            } else {
                form.with("decision", "accept")
            };
            page = walker.post(&form).await;
        }
        panic!("the portal is never reached: {page:#?}");
    }

    fn code(&self, key: &str) -> String {
        code(key, self.stage.world.now().seconds())
    }

    /// A newcomer who has just signed in by hand registers an authenticator app; gives its key.
    async fn register_app(&self, walker: &mut Walker, user: &str) -> (Page, String) {
        let page = self.sign_in(walker, user, false).await;
        let scan = walker.post(&page.form("/me/add/totp").with("name", "Work phone")).await;
        let key = scan.between("id=\"totp-key\">", "<").replace(' ', "");
        let page = walker.post(&scan.form("/confirm").with("code", &self.code(&key))).await;
        assert!(page.html.contains("Work phone"), "{}", page.html);
        (page, key)
    }

    /// Somebody who has an app comes in.
    async fn enter(&self, walker: &mut Walker, user: &str, key: &str) -> Page {
        let page = self.sign_in(walker, user, false).await;
        walker.post(&page.form("/me/prove/code").with("code", &self.code(key))).await
    }

    /// Where the first link leads whose address has this in it.
    fn link(&self, page: &Page, part: &str) -> String {
        let links = page.html.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let found = links.into_iter().find(|link| link.contains(part));
        self.url(found.unwrap_or_else(|| panic!("no link to {part}: {}", page.html)))
    }
}

#[tokio::test]
async fn a_newcomer_registers_comes_back_by_it_and_looks_after_what_is_theirs() {
    World::on_each(2, async |world| {
        let porch = Porch::new(world).await;
        let after = world.newest().await;
        let mut walker = Walker::new();
        let front = walker.open(&porch.url("/me")).await;
        assert_eq!(porch.link(&front, "/me/sign-in"), porch.sign_in_url(false), "one tenant needs no choice");
        let (page, key) = porch.register_app(&mut walker, "p1").await;
        assert!(page.html.contains("p1@contoso.com") && page.html.contains("Contoso"), "{}", page.html);
        assert!(page.policy.contains("frame-ancestors 'none'"), "it cannot be framed");

        // The next day: Entra's session is not enough.
        world.advance(Duration::from_hours(24));
        walker.forget();
        let page = porch.sign_in(&mut walker, "p1", false).await;
        assert!(!page.html.contains("Work phone"), "nothing is told before the proof");
        let wrong = walker.post(&page.form("/me/prove/code").with("code", "000000")).await;
        assert_eq!(wrong.status, 422, "{}", wrong.html);
        let page = walker.post(&wrong.form("/me/prove/code").with("code", &porch.code(&key))).await;
        assert!(page.html.contains("Work phone") && page.html.contains("The code was wrong."), "{}", page.html);

        let factor = walker.open(&porch.link(&page, "/me/factors/")).await;
        let again = walker.post(&factor.form("/name").with("name", "")).await;
        assert_eq!(again.status, 422);
        let renamed = walker.post(&factor.form("/name").with("name", "My <old> phone")).await;
        assert!(renamed.html.contains("My &#60;old&#62; phone"), "{}", renamed.html);
        world.advance(MINUTE);
        let tried = walker.post(&renamed.form("/test").with("code", &porch.code(&key))).await;
        assert!(tried.html.contains("It works."), "{}", tried.html);
        let last = walker.open(&porch.link(&tried, "/remove")).await;
        assert!(last.html.contains("This is your last way"), "{}", last.html);

        let ask = walker.open(&porch.url("/me/codes")).await;
        let codes = walker.post(&ask.form("/me/codes")).await;
        let first = codes.between("class=\"me-codes\"", "</pre>").split('>').nth(1).unwrap_or_default().to_owned();
        let first = first.lines().next().unwrap_or_default().to_owned();
        assert_eq!(first.len(), 14, "{}", codes.html);
        let overview = walker.open(&porch.url("/me")).await;
        assert!(overview.html.contains("10 are left") || overview.html.contains("10 of them"), "{}", overview.html);
        assert!(!overview.html.contains(&first), "they are shown once");

        let second = walker.post(&overview.form("/me/add/totp").with("name", "Tablet")).await;
        let second_key = second.between("id=\"totp-key\">", "<").replace(' ', "");
        let page = walker.post(&second.form("/confirm").with("code", &porch.code(&second_key))).await;
        assert!(page.html.contains("Tablet"), "{}", page.html);
        walker.post(&page.form("/me/sign-out")).await;
        let gone = walker.open(&porch.url("/me/devices")).await;
        assert!(gone.html.contains("/me/sign-in"), "{}", gone.html);
        let told: Vec<_> = world.events(after).await.iter().map(|event| event["type"].to_string()).collect();
        for name in ["mfa.portal_signed_in", "mfa.factor_added", "mfa.factor_renamed", "mfa.recovery_codes_issued"] {
            assert!(told.iter().any(|told| told.contains(name)), "{name}: {told:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn something_is_lost_and_something_was_somebody_else() {
    World::on_each(2, async |world| {
        let porch = Porch::new(world).await;
        let (mut walker, mut elsewhere) = (Walker::new(), Walker::new());
        let (_, key) = porch.register_app(&mut walker, "p1").await;
        world.advance(MINUTE);
        let page = porch.enter(&mut elsewhere, "p1", &key).await;
        assert!(page.html.contains("Work phone"), "{}", page.html);
        let activity = walker.open(&porch.url("/me/activity")).await;
        let ask = walker.open(&porch.link(&activity, "/not-me")).await;
        let after = world.newest().await;
        let done = walker.post(&ask.form("/not-me")).await;
        assert!(done.html.contains("change your password now"), "whoever it was got in: {}", done.html);
        let told = world.event(after, "mfa.not_me", "p1@contoso.com").await;
        assert_eq!(told["object"]["kind"], "mfa_account", "{told:#}");
        let out = elsewhere.open(&porch.url("/me")).await;
        assert!(out.html.contains("/me/sign-in"), "the other browser is out: {}", out.html);
        let activity = walker.open(&porch.url("/me/activity")).await;
        assert!(activity.html.contains("You said that this was not you."), "{}", activity.html);
        let marked = world.get("mfa/attempts?limit=50").await;
        let marked = marked["items"].as_array().expect("attempts").iter().filter(|one| one["not_me_at"].is_string());
        assert_eq!(marked.count(), 1);

        let overview = walker.open(&porch.url("/me")).await;
        let factor = walker.open(&porch.link(&overview, "/me/factors/")).await;
        let ask = walker.open(&porch.link(&factor, "/lost")).await;
        let after = world.newest().await;
        let done = walker.post(&ask.form("/lost")).await;
        assert!(done.html.contains("That was your last way."), "{}", done.html);
        world.event(after, "mfa.factor_lost", "p1@contoso.com").await;
        world.advance(MINUTE);
        let page = porch.sign_in(&mut elsewhere, "p1", true).await;
        let refused = elsewhere.post(&page.form("/me/prove/code").with("code", &porch.code(&key))).await;
        assert_eq!(refused.status, 422, "a password registers no other one: {}", refused.html);
        let back = walker.open(&porch.url("/me")).await;
        let scan = walker.post(&back.form("/me/add/totp").with("name", "New phone")).await;
        let key = scan.between("id=\"totp-key\">", "<").replace(' ', "");
        let page = walker.post(&scan.form("/confirm").with("code", &porch.code(&key))).await;
        assert!(page.html.contains("New phone"), "{}", page.html);
    })
    .await;
}

#[tokio::test]
async fn the_first_way_needs_a_sign_in_by_hand_just_now() {
    World::on_each(1, async |world| {
        let porch = Porch::new(world).await;
        let mut walker = Walker::new();
        porch.sign_in(&mut walker, "p1", false).await;
        world.advance(11 * MINUTE);
        let stale = porch.sign_in(&mut walker, "p1", false).await;
        assert!(stale.html.contains("A session that was left open is not enough"), "{}", stale.html);
        assert!(!stale.html.contains("/me/add/"), "nothing to register with");
        let form = stale.form("/me/prove/code");
        let csrf = form.get("csrf").expect("a token");
        let forced = walker.ask("POST", &porch.url("/me/add/totp"), &[], &format!("csrf={csrf}&name=x")).await;
        assert_eq!((forced.status, forced.location.as_str()), (303, "/me"), "{}", forced.html);

        // Whoever holds an open browser leaves out what has the password asked for.
        let leaving = walker.ask("GET", &porch.sign_in_url(true), &[], "").await;
        leaving.cookies.iter().for_each(|cookie| walker.keep(cookie));
        assert!(leaving.location.contains("&prompt=login"), "{}", leaving.location);
        let page = walker.open(&leaving.location.replace("&prompt=login", "")).await;
        assert!(page.html.contains("A session that was left open is not enough"), "{}", page.html);

        let fresh = porch.sign_in(&mut walker, "p1", true).await;
        assert!(fresh.html.contains("/me/add/totp"), "{}", fresh.html);

        // Where Entra does not tell when somebody signed in, a code of the helpdesk is the way.
        porch.register(json!([])).await;
        walker.forget();
        let silent = porch.sign_in(&mut walker, "p1", false).await;
        assert!(silent.html.contains("does not tell us when you signed in"), "{}", silent.html);
        let accounts = world.get("mfa/accounts").await;
        let id = accounts["items"][0]["id"].as_str().expect("an account").to_owned();
        let issued = world.post(&format!("mfa/accounts/{id}/codes"), json!({ "reason": "new here" })).await;
        let code = issued["code"].as_str().expect("a code").to_owned();
        let page = walker.post(&silent.form("/me/prove/code").with("code", &code)).await;
        assert!(page.html.contains("/me/add/totp"), "{}", page.html);
    })
    .await;
}

#[tokio::test]
async fn people_are_spoken_to_in_their_language() {
    World::on(store::Backend::Sqlite, 1, async |world| {
        let porch = Porch::new(world).await;
        let walker = Walker::new();
        let german = walker.ask("GET", &porch.url("/me"), &[("accept-language", "de-DE,en;q=0.5")], "").await;
        assert!(german.html.contains("<html lang=\"de\"") && german.html.contains("Mit Microsoft Entra ID anmelden"));
        let english = walker.ask("GET", &porch.url("/me"), &[("accept-language", "ja")], "").await;
        assert!(english.html.contains("Sign in with Microsoft Entra ID"), "{}", english.html);
    })
    .await;
}
