//! A browser without scripts: cookies, redirects, forms.

use e2e::http;
use reqwest::Client;
use url::{Url, form_urlencoded};

/// A browser without scripts.
pub(super) struct Walker {
    client: Client,
    cookies: Vec<(String, String)>,
}

/// A page that it has come to.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) policy: String,
    pub(super) html: String,
}

/// One answer, as it came.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: String,
    pub(super) cookies: Vec<String>,
    pub(super) html: String,
}

/// A form of a page.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) action: Url,
    pub(super) fields: Vec<(String, String)>,
}

impl Walker {
    pub(super) fn new() -> Self {
        Self { client: http::client(), cookies: Vec::new() }
    }

    pub(super) async fn open(&mut self, url: &str) -> Page {
        let url = Url::parse(url).expect("the test names an address");
        self.send(url, None).await
    }

    /// Posts a form and follows where it leads.
    pub(super) async fn post(&mut self, form: &Form) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        self.send(form.action.clone(), Some(body)).await
    }

    async fn send(&mut self, mut url: Url, mut body: Option<String>) -> Page {
        for _ in 0..12 {
            let mut request = match &body {
                Some(body) => self
                    .client
                    .post(url.clone())
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body.clone()),
                None => self.client.get(url.clone()),
            };
            if !self.cookies.is_empty() {
                request = request.header("cookie", self.jar());
            }
            let answer = request.header("accept", "text/html").send().await.expect("the server answers");
            for cookie in answer.headers().get_all("set-cookie") {
                self.keep(cookie.to_str().unwrap_or_default());
            }
            let text = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            if let Some(to) = text("location").filter(|_| answer.status().is_redirection()) {
                url = url.join(&to).expect("a redirect names an address");
                body = None;
                continue;
            }
            let (status, policy) = (answer.status().as_u16(), text("content-security-policy").unwrap_or_default());
            let html = answer.text().await.unwrap_or_default();
            let onwards = html.split_once("http-equiv=\"refresh\" content=\"0;url=").map(|(_, rest)| rest);
            if let Some(to) = onwards.and_then(|rest| rest.split('"').next()) {
                url = url.join(&plain(to)).expect("a page goes on to an address");
                body = None;
                continue;
            }
            return Page { url, status, policy, html };
        }
        panic!("redirected for ever, last to {url}");
    }

    /// Asks once, with further headers, and follows nowhere.
    pub(super) async fn ask(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let method = method.parse().expect("the test names a method");
        let mut request = self.client.request(method, url).header("accept", "text/html");
        if !body.is_empty() {
            request = request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned());
        }
        if !headers.iter().any(|(name, _)| *name == "cookie") {
            request = request.header("cookie", self.jar());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("the server answers");
        let texts = |name: &str| -> Vec<String> {
            let all = answer.headers().get_all(name).iter();
            all.filter_map(|value| value.to_str().ok()).map(str::to_owned).collect()
        };
        let (location, cookies) = (texts("location").pop().unwrap_or_default(), texts("set-cookie"));
        let status = answer.status().as_u16();
        Answer { status, location, cookies, html: answer.text().await.unwrap_or_default() }
    }

    fn jar(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// What a cookie holds.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// Keeps a cookie as a server's answer would have it.
    pub(super) fn keep(&mut self, cookie: &str) {
        let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else { return };
        self.cookies.retain(|(known, _)| known != name);
        if !value.is_empty() && !cookie.contains("Max-Age=0") {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The cookies that it holds for sign-ins with us.
    pub(super) fn bound(&self) -> usize {
        self.cookies.iter().filter(|(name, _)| name.contains("vestibule-mfa-")).count()
    }

    /// What the cookies hold whose name has this in it.
    pub(super) fn cookies_like(&self, part: &str) -> Vec<String> {
        self.cookies.iter().filter(|(name, _)| name.contains(part)).map(|(_, value)| value.clone()).collect()
    }

    /// Forgets everything: another browser.
    pub(super) fn forget(&mut self) {
        self.cookies.clear();
    }
}

impl Page {
    /// The form whose address has this in it.
    pub(super) fn form(&self, part: &str) -> Form {
        let forms = self.html.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap_or_default());
        let mut read = forms.map(|html| Form { action: self.join(&attribute(html, "action")), fields: inputs(html) });
        read.find(|form| form.action.as_str().contains(part)).unwrap_or_else(|| panic!("no form to {part}: {self:#?}"))
    }

    fn join(&self, action: &str) -> Url {
        if action.is_empty() { self.url.clone() } else { self.url.join(action).expect("a form has an address") }
    }

    /// What stands between two texts.
    pub(super) fn between(&self, before: &str, after: &str) -> String {
        let rest = self.html.split_once(before).unwrap_or_else(|| panic!("no {before} in {}", self.html)).1;
        plain(rest.split(after).next().unwrap_or_default())
    }
}

impl Form {
    /// The same with a field filled in.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn inputs(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    let named = inputs.map(|input| (attribute(input, "name"), attribute(input, "value")));
    named.filter(|(name, _)| !name.is_empty()).collect()
}

fn attribute(html: &str, name: &str) -> String {
    let tag = html.split('>').next().unwrap_or_default();
    let found = tag.split_once(&format!(" {name}=\"")).map(|(_, rest)| rest.split('"').next().unwrap_or_default());
    plain(found.unwrap_or_default())
}

fn plain(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&#x27;", "'")];
    let text = named.into_iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&").replace("&amp;", "&")
}
