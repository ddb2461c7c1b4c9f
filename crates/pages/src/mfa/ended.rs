//! What did not work where people prove themselves and at their portal: in their language, with the way on, and without
//! the console, which is not for them.

use askama::Template;
use http::StatusCode;
use kernel::Timestamp;
use mfa::factors::FactorRule;
use web::{Looker, ProblemBody};

use super::routes::takes_foreign_forms;
use super::texts::Texts;
use crate::layout::Frame;
use crate::me::routes::is_portal;
use crate::refusals::Said;

/// A problem, as a person reads it.
#[derive(Debug, Template)]
#[template(path = "mfa/ended.html")]
pub struct EndedPage {
    pub frame: Frame,
    pub texts: &'static Texts,
    pub title: &'static str,
    pub text: Said,
    pub code: String,
    pub request_id: String,
    /// Whether they are at their portal: there is where to go on.
    pub at_portal: bool,
}

/// What an address is that was not written by us.
const NOWHERE: [&str; 2] = ["web.bad_path", "web.bad_query"];

/// The page of a problem, where the path is people's own.
pub fn page(problem: &ProblemBody, looker: &Looker, now: Timestamp) -> Option<EndedPage> {
    let path = looker.path.as_str();
    if !takes_foreign_forms(path) {
        return None;
    }
    let texts = Texts::of(&looker.headers);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (title, text) = words(texts, status, problem, path);
    Some(EndedPage {
        frame: Frame::bare(title, now),
        texts,
        title,
        text,
        code: problem.code.clone(),
        request_id: problem.request_id.map(|id| id.to_string()).unwrap_or_default(),
        at_portal: is_portal(path),
    })
}

fn words(texts: &'static Texts, status: StatusCode, problem: &ProblemBody, path: &str) -> (&'static str, Said) {
    let (title, text) = match status {
        StatusCode::TOO_MANY_REQUESTS => (texts.not_now, texts.not_now_text),
        _ if status.is_server_error() => (texts.not_now, texts.not_now_text),
        _ if path.ends_with("/authorize") => {
            return (texts.refused, format!("{} {}", texts.refused_text, problem.code).into());
        }
        StatusCode::FORBIDDEN => (texts.not_done, texts.not_done_text),
        _ if problem.code == "mfa.over" => (texts.over, texts.over_text),
        _ if problem.code == "web.bad_body" => (texts.not_done, texts.not_done_text),
        StatusCode::NOT_FOUND if is_portal(path) => (texts.no_page, texts.no_page_text),
        _ if NOWHERE.contains(&problem.code.as_str()) => (texts.no_page, texts.no_page_text),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => (texts.over, texts.over_text),
        // The problem's own sentence is for programs, in English.
        _ => match FactorRule::of_code(&problem.code) {
            Some(rule) => (texts.not_done, texts.of_portal().forbidden(rule)),
            None => (texts.not_done, texts.not_fitting),
        },
    };
    (title, text.into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test says enough")]

    use http::HeaderMap;
    use http::header::ACCEPT_LANGUAGE;
    use kernel::ErrorKind;
    use mfa::MfaError;
    use mfa::factors::FactorRule;
    use testkit::START;
    use web::{Looker, Problem};

    use super::{EndedPage, page};

    fn told(path: &str, problem: &Problem, language: &'static str) -> Option<EndedPage> {
        let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, language.parse().unwrap())]);
        page(&problem.body(), &Looker { path: path.to_owned(), headers }, START)
    }

    #[test]
    fn people_read_what_did_not_work_in_their_language_and_where_to_go_on() {
        let over = Problem::new(ErrorKind::Conflict, "mfa.over", "this sign-in has ended");
        let gone = Problem::not_found("mfa.not_found", "there is no such factor");
        let busy = Problem::unavailable("web.busy", "later");
        let odd = Problem::invalid("web.bad_path", "cannot parse `tenant`");
        let least = Problem::from(MfaError::Rule(FactorRule::Least));
        let long = Problem::invalid("mfa.invalid", "the name is too long");
        let cases = [
            ("/mfa/prove/x", &over, "en", "This sign-in has ended", "cookies"),
            ("/mfa/prove/x", &over, "de", "Diese Anmeldung ist beendet", "Cookies"),
            ("/mfa/prove/x", &gone, "en", "This sign-in has ended", "application"),
            ("/mfa/x/authorize", &gone, "en", "This request cannot be answered", ": mfa.not_found"),
            ("/me/factors/x", &gone, "en", "There is nothing here", ""),
            ("/mfa/prove/x", &busy, "en", "This does not work for now", ""),
            ("/me/xyz", &odd, "de", "Hier ist nichts", ""),
            ("/me/add/totp", &long, "en", "This was not carried out", "does not fit"),
            ("/me/add/totp", &long, "de", "Das wurde nicht ausgeführt", "passt nicht"),
            ("/me/factors/x/remove", &least, "de", "Das wurde nicht ausgeführt", "verlangt so viele Methoden"),
        ];
        for (path, problem, language, title, text) in cases {
            let page = told(path, problem, language).unwrap();
            assert!(page.title == title && page.text.contains(text), "{path}: {} {}", page.title, page.text);
            assert_eq!(page.at_portal, path.starts_with("/me"), "{path}");
        }
        assert!(told("/second-factor", &gone, "en").is_none(), "the console has its own");
    }
}
