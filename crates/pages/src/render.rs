//! Pages as answers, and problems as pages.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use kernel::Env;
use web::{Looker, ProblemBody};

use crate::layout::{Frame, Section};
use crate::list::{GateMessagePage, MessagePage};
use crate::mfa::ended;
use crate::parts::Action;

/// A page as an answer.
pub fn page(template: &impl Template) -> Response {
    page_with(StatusCode::OK, template)
}

/// A page with a status of its own, such as a form that comes back with errors.
pub fn page_with(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(pages.cause = %error, "a page does not render");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What went wrong, as a page: within the frame for those who are signed in, before it for others.
pub fn problem(frame: Frame, problem: &ProblemBody) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (title, text, actions) = words(status, &problem.detail, frame.signed_in.is_some());
    let frame = frame.page(title, Section::None);
    let (title, code) = (title.to_owned(), problem.code.clone());
    let request_id = problem.request_id.map(|id| id.to_string()).unwrap_or_default();
    if frame.signed_in.is_some() {
        page_with(status, &MessagePage { frame, title, text, code, request_id, actions })
    } else {
        page_with(status, &GateMessagePage { frame, title, text, code, request_id, actions })
    }
}

/// A problem as a page for anyone, for `web::Settings::problem_page`: without the frame, because nobody was asked who
/// they are.
pub fn problem_page(env: &Env) -> impl Fn(&ProblemBody, &Looker) -> String + Send + Sync + use<> {
    let env = env.clone();
    move |problem, looker| {
        if let Some(page) = ended::page(problem, looker, env.now()) {
            return page.render().unwrap_or_else(|_| problem.detail.clone());
        }
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (title, text, actions) = words(status, &problem.detail, true);
        let request_id = problem.request_id.map(|id| id.to_string()).unwrap_or_default();
        let (title, code, frame) = (title.to_owned(), problem.code.clone(), Frame::bare(title, env.now()));
        let page = GateMessagePage { frame, title, text, code, request_id, actions };
        page.render().unwrap_or_else(|_| problem.detail.clone())
    }
}

fn words(status: StatusCode, detail: &str, signed_in: bool) -> (&'static str, String, Vec<Action>) {
    let home = || vec![Action::go("Overview", "/").primary()];
    let sentence = sentence(detail);
    match status {
        StatusCode::NOT_FOUND => {
            ("Not found", format!("{sentence} It may have been deleted, or the address may be wrong."), home())
        }
        StatusCode::FORBIDDEN => ("Not allowed", sentence, home()),
        StatusCode::UNAUTHORIZED => ("Signed out", sentence, vec![Action::go("Sign in", "/sign-in").primary()]),
        StatusCode::CONFLICT => ("Changed meanwhile", sentence, home()),
        StatusCode::TOO_MANY_REQUESTS => ("Too many requests", sentence, home()),
        StatusCode::SERVICE_UNAVAILABLE => ("Out of reach for now", sentence, home()),
        _ if status.is_client_error() => ("Not understood", sentence, home()),
        _ => ("Something went wrong", sentence, if signed_in { home() } else { Vec::new() }),
    }
}

/// Error texts begin small and have no full stop; on a page they are sentences. A host or an address stays as it is written.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let rest = letters.as_str();
    let stop = if rest.ends_with(['.', '?', '!']) { "" } else { "." };
    let word = text.split_whitespace().next().unwrap_or_default().trim_end_matches(['.', ',', ':', ';']);
    if word.contains(['.', ':', '/']) {
        return format!("{text}{stop}");
    }
    format!("{}{rest}{stop}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn sentences_begin_large_except_with_a_host_or_an_address() {
        let cases = [
            ("", ""),
            ("the token is refused", "The token is refused."),
            ("error: it is gone.", "Error: it is gone."),
            ("graph.microsoft.com cannot be reached", "graph.microsoft.com cannot be reached."),
            ("https://login.example is no issuer", "https://login.example is no issuer."),
        ];
        for (text, told) in cases {
            assert_eq!(sentence(text), told);
        }
    }
}

#[cfg(test)]
pub mod samples {
    //! What problems look like.

    use crate::layout::Section;
    use crate::list::{GateMessagePage, MessagePage};
    use crate::tests::{Gallery, frame, gate_frame};
    use http::StatusCode;

    use super::words;

    pub fn add(gallery: &mut Gallery) {
        let cases = [
            ("not-found", StatusCode::NOT_FOUND, "person 6f1c9b5e does not exist", "directory.no_such_user"),
            (
                "not-allowed",
                StatusCode::FORBIDDEN,
                "the role auditor may not do this; it needs the permission dirsync.start_run",
                "operators.forbidden",
            ),
            (
                "error",
                StatusCode::INTERNAL_SERVER_ERROR,
                "something went wrong on the server; the request id finds it in the log",
                "web.internal",
            ),
        ];
        for (name, status, detail, code) in cases {
            let (title, text, actions) = words(status, detail, true);
            let request_id = "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".to_owned();
            let frame = frame(title, Section::None);
            gallery
                .add(name, &MessagePage { frame, title: title.into(), text, code: code.into(), request_id, actions });
        }
        let (title, text, actions) = words(StatusCode::FORBIDDEN, "this set-up link has been used", false);
        let (code, request_id) = ("operators.set_up_done".to_owned(), String::new());
        gallery.add(
            "gate-message",
            &GateMessagePage { frame: gate_frame(title), title: title.into(), text, code, request_id, actions },
        );
    }
}
