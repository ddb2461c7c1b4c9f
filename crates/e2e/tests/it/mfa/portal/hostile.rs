//! Hostile requests to the portal, each refused where it must be.

use std::time::Duration;

use e2e::World;
use serde_json::json;

use super::{MINUTE, Porch};
use crate::mfa::walker::{Answer, Walker};

const SESSION: &str = "vestibule-me";

/// A way to Entra that has come back, not yet taken: the address with the code.
async fn way_back(porch: &Porch<'_>, walker: &mut Walker, user: &str) -> (String, Answer) {
    // Once by hand, so that Entra lets the browser through from then on.
    porch.sign_in(walker, user, false).await;
    let leaving = walker.ask("GET", &porch.sign_in_url(false), &[], "").await;
    leaving.cookies.iter().for_each(|cookie| walker.keep(cookie));
    let back = walker.ask("GET", &leaving.location, &[], "").await;
    assert!(back.location.contains("/me/callback?"), "{back:?}");
    (back.location.clone(), leaving)
}

fn parameter(address: &str, name: &str) -> String {
    let url = url::Url::parse(address).expect("an address");
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn lets_in(answer: &Answer) -> bool {
    answer.cookies.iter().any(|cookie| cookie.starts_with(&format!("{SESSION}=")) && !cookie.contains("Max-Age=0"))
}

#[tokio::test]
async fn a_way_back_is_one_browsers_counts_once_and_cannot_be_put_together() {
    World::on_each(2, async |world| {
        let porch = Porch::new(world).await;
        let (mut own, mut other) = (Walker::new(), Walker::new());
        let (mine, leaving) = way_back(&porch, &mut own, "p1").await;
        let (theirs, _) = way_back(&porch, &mut other, "p2").await;
        assert!(leaving.cookies.iter().all(|cookie| cookie.contains("HttpOnly; SameSite=Lax")), "{leaving:?}");

        // Brought to somebody else's browser: they would work under a stranger's name.
        let planted = other.ask("GET", &mine, &[], "").await;
        assert!(planted.status == 403 && !lets_in(&planted), "{planted:?}");
        let (state, code) = (parameter(&mine, "state"), parameter(&mine, "code"));
        let callback = porch.url("/me/callback");
        let altered = format!("{}x", &state[..state.len() - 1]);
        for query in [
            format!("code={code}"),
            format!("code={code}&state={altered}"),
            format!("code={code}&state={}", parameter(&theirs, "state")),
            format!("code={code}&state={state}&state={state}"),
            format!("code={code}&state=%00"),
            String::new(),
        ] {
            let refused = own.ask("GET", &format!("{callback}?{query}"), &[], "").await;
            assert!(refused.status == 403 && !lets_in(&refused), "{query}: {refused:?}");
        }
        let entered = own.ask("GET", &mine, &[], "").await;
        assert!(entered.status == 303 && lets_in(&entered), "none of that has used it up: {entered:?}");
        let replayed = own.ask("GET", &mine, &[], "").await;
        assert!(replayed.status == 403 && !lets_in(&replayed), "{replayed:?}");

        // Another's code under a state of one's own: the verifier is of another way.
        let (unused, _) = way_back(&porch, &mut own, "p1").await;
        let swapped = format!("{callback}?code={}&state={}", parameter(&unused, "code"), parameter(&theirs, "state"));
        let swapped = other.ask("GET", &swapped, &[], "").await;
        assert!(swapped.status == 403 && !lets_in(&swapped), "{swapped:?}");
        assert_eq!(porch.stage.last_attempt().await["reason"], "portal_code");
        let over = other.ask("GET", &theirs, &[], "").await;
        assert!(over.status == 403 && !lets_in(&over), "its way is gone");

        let (_, leaving) = way_back(&porch, &mut other, "p2").await;
        let state = parameter(&leaving.location, "state");
        world.advance(MINUTE);
        let declined = other.ask("GET", &format!("{callback}?error=access_denied&state={state}"), &[], "").await;
        assert!(declined.status == 403 && declined.html.contains("You gave it up"), "{declined:?}");
        let (late, _) = way_back(&porch, &mut own, "p1").await;
        world.advance(16 * MINUTE);
        let late = own.ask("GET", &late, &[], "").await;
        assert!(late.status == 403 && !lets_in(&late), "{late:?}");
    })
    .await;
}

#[tokio::test]
async fn forms_of_other_sites_and_of_other_sessions_change_nothing() {
    World::on_each(2, async |world| {
        let porch = Porch::new(world).await;
        let (mut own, mut other) = (Walker::new(), Walker::new());
        let (page, _) = porch.register_app(&mut own, "p1").await;
        let (theirs, _) = porch.register_app(&mut other, "p2").await;
        let csrf = page.form("/me/sign-out").get("csrf").expect("a token").to_owned();
        let foreign = theirs.form("/me/sign-out").get("csrf").expect("a token").to_owned();
        let good = format!("csrf={csrf}");
        let factor = porch.link(&page, "/me/factors/").rsplit('/').next().expect("an id").to_owned();
        let doors = [
            "/me/sign-out".to_owned(),
            "/me/add/totp".to_owned(),
            "/me/add/passkey/options".to_owned(),
            "/me/prove/passkey/options".to_owned(),
            "/me/prove/send".to_owned(),
            "/me/prove/push".to_owned(),
            "/me/prove/push/finish".to_owned(),
            format!("/me/factors/{factor}/remove"),
            format!("/me/factors/{factor}/lost"),
            "/me/codes".to_owned(),
            "/me/devices/options".to_owned(),
            "/me/devices/approve".to_owned(),
            "/me/devices/forget".to_owned(),
            "/me/sessions/end".to_owned(),
        ];
        for door in &doors {
            let url = porch.url(door);
            let sites =
                [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")];
            for header in sites {
                let refused = own.ask("POST", &url, &[header], &good).await;
                assert_eq!(refused.status, 403, "{door} {header:?}: {}", refused.html);
            }
            for body in ["x=y", "csrf=", "csrf=AAAA", &format!("csrf={foreign}")] {
                let refused = own.ask("POST", &url, &[], body).await;
                assert_eq!(refused.status, 403, "{door} {body}: {}", refused.html);
            }
            let stranger = own.ask("POST", &url, &[("cookie", "a=b")], &good).await;
            assert_eq!((stranger.status, stranger.location.as_str()), (303, "/me"), "{door}");
        }
        let still = own.open(&porch.url("/me")).await;
        assert!(still.html.contains("Work phone"), "nothing was changed: {}", still.html);
    })
    .await;
}

#[tokio::test]
async fn sessions_are_not_fixed_swapped_or_kept() {
    World::on_each(3, async |world| {
        let porch = Porch::new(world).await;
        let mut walker = Walker::new();
        // Planted before the sign-in, as by a neighbour on the network.
        walker.keep(&format!("{SESSION}=planted"));
        let (_, key) = porch.register_app(&mut walker, "p1").await;
        let planted = walker.ask("GET", &porch.url("/me/devices"), &[("cookie", "vestibule-me=planted")], "").await;
        assert_eq!(planted.status, 303, "{planted:?}");
        world.advance(MINUTE);

        // Known before the proof, worthless after it.
        walker.forget();
        let page = porch.sign_in(&mut walker, "p1", false).await;
        let known = walker.cookie(SESSION).expect("a session");
        let codes = walker.ask("GET", &porch.url("/me/codes"), &[], "").await;
        assert_eq!((codes.status, codes.location.as_str()), (303, "/me"), "nothing is asked before the proof");
        walker.post(&page.form("/me/prove/code").with("code", &porch.code(&key))).await;
        let proved = walker.cookie(SESSION).expect("a session");
        assert_ne!(known, proved);
        let cookie = format!("{SESSION}={known}");
        let former = walker.ask("GET", &porch.url("/me/devices"), &[("cookie", &cookie)], "").await;
        assert_eq!((former.status, former.location.as_str()), (303, "/me?said=ended"), "{former:?}");

        // The log lists by time.
        world.advance(Duration::from_millis(1));
        // A second sign-in by somebody else does not take the session over.
        let page = walker.open(&porch.sign_in_url(true)).await;
        let swapped = porch.past_entra(&mut walker, page, "p2").await;
        assert!(swapped.status == 403 && swapped.html.contains("Somebody else signed in"), "{}", swapped.html);
        assert_eq!(porch.stage.last_attempt().await["reason"], "portal_somebody_else");
        let cookie = format!("{SESSION}={proved}");
        let ended = walker.ask("GET", &porch.url("/me/devices"), &[("cookie", &cookie)], "").await;
        assert_eq!(ended.status, 303, "the session has ended: {ended:?}");

        // What an administrator takes away is gone at once.
        world.advance(MINUTE);
        walker.forget();
        porch.enter(&mut walker, "p1", &key).await;
        let accounts = world.get("mfa/accounts").await;
        let mine = accounts["items"].as_array().expect("accounts").iter().find(|one| one["label"] == "p1@contoso.com");
        let id = mine.expect("p1")["id"].as_str().expect("an id").to_owned();
        world.post(&format!("mfa/accounts/{id}/reset"), json!({ "reason": "left the phone on the train" })).await;
        let out = walker.ask("GET", &porch.url("/me/devices"), &[], "").await;
        assert_eq!((out.status, out.location.as_str()), (303, "/me?said=ended"), "{out:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_guesses_at_the_portal_is_locked_as_anywhere() {
    World::on_each(1, async |world| {
        let porch = Porch::new(world).await;
        let mut walker = Walker::new();
        porch.register_app(&mut walker, "p1").await;
        for _ in 0..40 {
            if porch.stage.last_attempt().await["reason"] == "locked" {
                break;
            }
            world.advance(10 * MINUTE);
            walker.forget();
            let page = porch.sign_in(&mut walker, "p1", false).await;
            if !page.html.contains("/me/prove/code") {
                break;
            }
            walker.post(&page.form("/me/prove/code").with("code", "000000")).await;
        }
        let locked = world.get("mfa/accounts?locked=true").await;
        assert_eq!(locked["items"].as_array().map(Vec::len), Some(1), "{locked:#}");
        walker.forget();
        let page = porch.sign_in(&mut walker, "p1", false).await;
        assert!(page.html.contains("You have been locked"), "{}", page.html);
    })
    .await;
}

#[tokio::test]
async fn a_browser_is_sent_nowhere_but_to_its_tenants_entra_and_back_to_us() {
    World::on(store::Backend::Sqlite, 1, async |world| {
        let porch = Porch::new(world).await;
        let walker = Walker::new();
        let entra = &world.entra.running;
        for further in ["", "&next=https://evil.example", "&redirect_uri=https://evil.example", "&fresh=//evil.example"]
        {
            let url = format!("{}{further}", porch.sign_in_url(false));
            let leaving = walker.ask("GET", &url, &[("host", "evil.example")], "").await;
            let expected = format!("{}/{}/oauth2/v2.0/authorize?", entra.base_url, entra.tenant_id);
            assert!(leaving.location.starts_with(&expected), "{}", leaving.location);
            assert_eq!(parameter(&leaving.location, "redirect_uri"), porch.url("/me/callback"));
            assert_eq!(parameter(&leaving.location, "code_challenge_method"), "S256");
        }
        let nobody = format!("/me/sign-in?tenant={}", uuid::Uuid::from_u128(7));
        assert_eq!(walker.ask("GET", &porch.url(&nobody), &[], "").await.status, 404);
        for path in ["/me/sign-in", "/me/sign-in?tenant=x", "/me/not-a-tenant"] {
            let refused = walker.ask("GET", &porch.url(path), &[], "").await;
            assert!([400, 404].contains(&refused.status), "{path}: {}", refused.status);
        }
    })
    .await;
}
