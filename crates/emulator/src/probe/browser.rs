//! A browser without a screen: keeps cookies, reads forms, fills them in.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::body::Body;
use http::StatusCode;
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE, USER_AGENT};
use url::{Url, form_urlencoded};

use super::{Answer, Probe, request};

/// The usual password.
pub const PASSWORD: &str = "Passw0rd!";

/// One browser.
pub struct Browser<'a> {
    pub probe: &'a Probe,
    cookies: RefCell<BTreeMap<String, String>>,
    address: RefCell<String>,
    agent: RefCell<String>,
}

/// A form of a page.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The first form of a page with what it hides.
    pub fn of(page: &Answer) -> Self {
        Self::all(page).into_iter().next().unwrap_or_else(|| panic!("no form: {}", page.text))
    }

    /// Every form of a page.
    pub fn all(page: &Answer) -> Vec<Self> {
        page.text
            .split("<form ")
            .skip(1)
            .map(|text| {
                let text = text.split("</form>").next().unwrap_or_default();
                let hidden = text.split("<input ").skip(1).filter(|input| input.starts_with("type=\"hidden\""));
                let fields = hidden.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect();
                Self { action: attribute(text, "action"), fields }
            })
            .collect()
    }

    pub fn field(&self, name: &str) -> String {
        let found = self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        found.unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl<'a> Browser<'a> {
    pub fn new(probe: &'a Probe) -> Self {
        Self { probe, cookies: RefCell::default(), address: RefCell::default(), agent: RefCell::default() }
    }

    /// Comes from another address from now on.
    pub fn come_from(&self, address: &str) {
        address.clone_into(&mut self.address.borrow_mut());
    }

    /// Has this `User-Agent` from now on.
    pub fn call_itself(&self, agent: &str) {
        agent.clone_into(&mut self.agent.borrow_mut());
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub async fn post(&self, form: &Form) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        self.send("POST", &form.action, Some(body)).await
    }

    /// Fills in the password page.
    pub async fn enter(&self, page: &Answer, name: &str, password: &str) -> Answer {
        self.post(&Form::of(page).with("login", name).with("passwd", password)).await
    }

    async fn send(&self, method: &str, path: &str, body: Option<String>) -> Answer {
        let path = path.strip_prefix("http://emulator.test").unwrap_or(path);
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut asked = request(method, path);
        if !cookies.is_empty() {
            asked = asked.header(COOKIE, cookies.join("; "));
        }
        if !self.address.borrow().is_empty() {
            asked = asked.header("x-forwarded-for", self.address.borrow().as_str());
        }
        let asked = asked.header(USER_AGENT, self.agent.borrow().as_str());
        let asked = asked.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.probe.send(asked.body(body.map_or_else(Body::empty, Body::from)).unwrap()).await;
        for value in answer.headers.get_all(SET_COOKIE) {
            let (pair, rest) = value.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// What an answer hands to the application, wherever it puts it.
pub fn handed(answer: &Answer) -> BTreeMap<String, String> {
    if answer.status == StatusCode::OK && answer.text.contains("id=\"continue\"") {
        let link = answer.text.split("id=\"continue\"").nth(1).unwrap();
        return pairs(&attribute(link, "href"));
    }
    if answer.status == StatusCode::OK {
        return Form::of(answer).fields.into_iter().collect();
    }
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text);
    pairs(&answer.location())
}

fn pairs(address: &str) -> BTreeMap<String, String> {
    let url = Url::parse(address).unwrap();
    let text = url.fragment().or_else(|| url.query()).unwrap_or_default();
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn attribute(text: &str, name: &str) -> String {
    let mark = format!("{name}=\"");
    let value = text.split(&mark).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    value
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&lt;", "<")
        .replace("&#60;", "<")
        .replace("&gt;", ">")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}
