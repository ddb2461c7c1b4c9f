//! People found in the console of a running server, over HTTP: what somebody waits who types into the search.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use serde_json::{Value, json};

use super::flag;

/// A question each: the server lets one caller ask a hundred times a second.
const PACE: Duration = Duration::from_millis(15);

/// A browser that is signed in.
struct Browser {
    client: Client,
    base: String,
    cookie: String,
}

impl Browser {
    async fn sign_in(server: &Value) -> anyhow::Result<Self> {
        let text = |at: &Value| at.as_str().map(str::to_owned).context("the ready-file is not a demo's");
        let base = text(&server["url"])?;
        let client = Client::builder().redirect(Policy::none()).build()?;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("user_name", &text(&server["operator"]["username"])?);
        form.append_pair("password", &text(&server["operator"]["password"])?);
        let post = client.post(format!("{base}/sign-in")).header(ORIGIN, &base).header("sec-fetch-site", "same-origin");
        let post = post.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = post.body(form.finish()).send().await?;
        anyhow::ensure!(answer.headers().contains_key(LOCATION), "sign-in answered {}", answer.status());
        let cookies = answer.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let cookie = cookies.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ");
        Ok(Self { client, base, cookie })
    }

    /// How long a page took, to its last byte.
    async fn took(&self, path: &str, query: &str) -> anyhow::Result<Duration> {
        let begin = Instant::now();
        let mut url = Url::parse(&format!("{}{path}", self.base))?;
        url.query_pairs_mut().append_pair("q", query);
        let answer = self.client.get(url).header(COOKIE, &self.cookie).send().await?;
        anyhow::ensure!(answer.status() == StatusCode::OK, "{path} answered {}", answer.status());
        answer.bytes().await?;
        Ok(begin.elapsed())
    }
}

/// What people type: names, the beginnings of them, addresses, and what nobody is called.
async fn typed(server: &Value) -> anyhow::Result<Vec<String>> {
    let (url, token) = (server["url"].as_str().unwrap_or_default(), server["api_token"].as_str().unwrap_or_default());
    let url = format!("{url}/api/v1/directory/users?limit=100&sort=changed_at");
    let client = Client::builder().build()?;
    let page: Value = client.get(url).bearer_auth(token).send().await?.error_for_status()?.json().await?;
    let mut typed = vec!["an".to_owned(), "e".to_owned(), "zzzzqqq".to_owned()];
    for user in page["items"].as_array().into_iter().flatten() {
        let name = user["display_name"].as_str().unwrap_or_default().to_owned();
        typed.extend(name.split(' ').map(str::to_owned));
        typed.push(name.chars().take(3).collect());
        typed.extend(user["user_principal_name"].as_str().map(str::to_owned));
        typed.push(name);
    }
    typed.retain(|text| !text.is_empty());
    anyhow::ensure!(typed.len() > 3, "the directory is empty");
    Ok(typed)
}

/// `console`: row (e), against the server whose ready-file is `--ready-file`.
#[expect(clippy::print_stdout, reason = "a tool that prints its findings")]
pub async fn run(args: &[String]) -> anyhow::Result<Value> {
    let place = args.iter().position(|arg| arg == "--ready-file").and_then(|place| args.get(place + 1));
    let ready = std::fs::read_to_string(place.context("--ready-file F of a running vestibule-demo is missing")?)?;
    let server = &serde_json::from_str::<Value>(&ready)?["server"];
    let browser = Browser::sign_in(server).await?;
    let typed = typed(server).await?;
    let mut found = json!({});
    for (name, path) in [("people", "/directory/users"), ("search", "/search")] {
        browser.took(path, &typed[0]).await?;
        let (mut all, mut turns) = (Vec::new(), tokio::time::interval(PACE));
        for text in typed.iter().cycle().take(flag(args, "--questions", 1_000)) {
            turns.tick().await;
            all.push(browser.took(path, text).await?);
        }
        all.sort_unstable();
        let at = |percent: usize| all[(all.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
        println!("{path}?q=: p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms", at(50), at(99), at(100));
        found[name] = json!({ "p50_ms": at(50), "p99_ms": at(99), "most_ms": at(100), "questions": all.len() });
    }
    Ok(found)
}
