//! A receiver that answers as it is told, and remembers what it got.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

/// What the receiver got.
#[derive(Debug, Clone)]
pub struct Got {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub answered: u16,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn arrived(&self) -> bool {
        (200..300).contains(&self.answered)
    }

    pub fn object(&self) -> String {
        self.json()["data"]["object"]["id"].as_str().unwrap_or_default().to_owned()
    }

    pub fn revision(&self) -> i64 {
        self.json()["data"]["revision"].as_i64().unwrap()
    }
}

type Answer = Box<dyn FnMut(&Got) -> (u16, Vec<(&'static str, String)>, String) + Send>;

#[derive(Clone)]
pub struct Receiver {
    pub state: Arc<Mutex<Told>>,
    port: u16,
}

#[derive(Default)]
pub struct Told {
    pub got: Vec<Got>,
    pub script: VecDeque<u16>,
    pub answer: Option<Answer>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::<Mutex<Told>>::default();
        let router = router(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { state, port }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// Answers with these statuses first, then with 204.
    pub fn script(&self, statuses: &[u16]) {
        self.state.lock().unwrap().script.extend(statuses);
    }

    /// Decides each answer.
    pub fn answer(&self, answer: impl FnMut(&Got) -> (u16, Vec<(&'static str, String)>, String) + Send + 'static) {
        self.state.lock().unwrap().answer = Some(Box::new(answer));
    }

    /// Answers with 204 from now on.
    pub fn mend(&self) {
        let mut told = self.state.lock().unwrap();
        told.script.clear();
        told.answer = None;
    }

    pub fn got(&self) -> Vec<Got> {
        self.state.lock().unwrap().got.clone()
    }

    /// The events that arrived, as `type revision`.
    pub fn arrived(&self) -> Vec<String> {
        let got = self.got().into_iter().filter(Got::arrived);
        got.map(|got| format!("{} {}", got.json()["type"].as_str().unwrap(), got.revision())).collect()
    }

    pub fn forget(&self) {
        self.state.lock().unwrap().got.clear();
    }
}

pub fn router(state: Arc<Mutex<Told>>) -> Router {
    Router::new().route("/hook", post(receive)).with_state(state)
}

async fn receive(State(state): State<Arc<Mutex<Told>>>, headers: HeaderMap, body: Bytes) -> Response {
    let mut told = state.lock().unwrap();
    let mut got = Got { headers, body: body.to_vec(), answered: 204 };
    let (status, headers, text) = match (told.script.pop_front(), &mut told.answer) {
        (Some(status), _) => (status, Vec::new(), String::new()),
        (None, Some(answer)) => answer(&got),
        (None, None) => (204, Vec::new(), String::new()),
    };
    got.answered = status;
    told.got.push(got);
    let mut response = (StatusCode::from_u16(status).unwrap(), text).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
