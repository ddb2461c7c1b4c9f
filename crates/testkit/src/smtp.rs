//! A mail server of a few lines: takes letters over real TCP and keeps them to be looked at.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A letter as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The sender of the envelope.
    pub from: String,
    /// The receivers of the envelope.
    pub to: Vec<String>,
    /// Headers and text, as they came.
    pub raw: String,
}

#[derive(Default)]
struct State {
    arrived: Vec<Arrived>,
    /// Answers to the next senders, instead of taking the letter.
    refusals: VecDeque<String>,
    /// What was sent to sign in.
    sign_ins: Vec<String>,
}

/// A mail server of a few lines. It ends with the test's runtime.
#[derive(Clone)]
pub struct MailServer {
    /// Where it listens, on loopback.
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl MailServer {
    /// Starts one on a free port.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&shared)));
            }
        });
        Ok(Self { port, state })
    }

    /// The letters that arrived, in order.
    pub fn arrived(&self) -> Vec<Arrived> {
        lock(&self.state).arrived.clone()
    }

    /// What was sent to sign in, in base64.
    pub fn sign_ins(&self) -> Vec<String> {
        lock(&self.state).sign_ins.clone()
    }

    /// The next sender gets this answer: `451 try again later`.
    pub fn refuse_next(&self, answer: &str) {
        lock(&self.state).refusals.push_back(answer.to_owned());
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// One connection: RFC 5321, as much as a sender needs.
async fn talk(stream: TcpStream, state: Arc<Mutex<State>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 double ESMTP").await?;
    let mut letter = Arrived { from: String::new(), to: Vec::new(), raw: String::new() };
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let upper = line.to_uppercase();
        let answer = if upper.starts_with("EHLO") {
            "250-double\r\n250 AUTH PLAIN".to_owned()
        } else if let Some(sign_in) = line.strip_prefix("AUTH PLAIN ") {
            lock(&state).sign_ins.push(sign_in.to_owned());
            "235 welcome".to_owned()
        } else if upper.starts_with("MAIL FROM:") {
            letter = Arrived { from: between(line), to: Vec::new(), raw: String::new() };
            lock(&state).refusals.pop_front().unwrap_or_else(|| "250 go on".to_owned())
        } else if upper.starts_with("RCPT TO:") {
            letter.to.push(between(line));
            "250 go on".to_owned()
        } else if upper == "DATA" {
            say(&mut stream, "354 go on").await?;
            letter.raw = text(&mut stream).await?;
            lock(&state).arrived.push(letter.clone());
            "250 taken".to_owned()
        } else if upper == "QUIT" {
            return say(&mut stream, "221 bye").await;
        } else {
            "250 yes".to_owned()
        };
        say(&mut stream, &answer).await?;
    }
}

async fn say(stream: &mut BufReader<TcpStream>, answer: &str) -> std::io::Result<()> {
    stream.write_all(format!("{answer}\r\n").as_bytes()).await
}

/// What stands between `<` and `>`.
fn between(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

/// Everything up to the line with a single dot.
async fn text(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
