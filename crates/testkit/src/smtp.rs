//! A mail server of a few lines: takes letters over real TCP and keeps them to be looked at.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

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

/// How connections are encrypted.
#[derive(Clone)]
pub enum MailTls {
    /// Not at all.
    Off,
    /// From the first byte (RFC 8314).
    First(TlsAcceptor),
    /// After STARTTLS, before which no letter is taken (RFC 3207).
    Later(TlsAcceptor),
}

/// A mail server of a few lines. It ends with the test's runtime.
#[derive(Clone)]
pub struct MailServer {
    /// Where it listens, on loopback.
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl MailServer {
    /// Starts one on a free port, without encryption.
    pub async fn start() -> std::io::Result<Self> {
        Self::start_with(MailTls::Off).await
    }

    /// Starts one on a free port.
    pub async fn start_with(tls: MailTls) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, tls.clone(), Arc::clone(&shared)));
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

/// One connection.
async fn serve(stream: TcpStream, tls: MailTls, state: Arc<Mutex<State>>) -> std::io::Result<()> {
    const HELLO: &str = "220 double ESMTP";
    match tls {
        MailTls::Off => {
            let mut stream = BufReader::new(stream);
            say(&mut stream, HELLO).await?;
            talk(stream, state).await
        }
        MailTls::First(acceptor) => {
            let mut stream = BufReader::new(acceptor.accept(stream).await?);
            say(&mut stream, HELLO).await?;
            talk(stream, state).await
        }
        MailTls::Later(acceptor) => {
            let mut stream = BufReader::new(stream);
            say(&mut stream, HELLO).await?;
            if !wants_tls(&mut stream).await? {
                return Ok(());
            }
            talk(BufReader::new(acceptor.accept(stream.into_inner()).await?), state).await
        }
    }
}

/// What is said in the clear; whether it ends with STARTTLS.
async fn wants_tls(stream: &mut BufReader<TcpStream>) -> std::io::Result<bool> {
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(false);
        }
        let upper = line.trim_end().to_uppercase();
        if upper == "STARTTLS" {
            say(stream, "220 go on").await?;
            return Ok(true);
        }
        let answer = if upper.starts_with("EHLO") { "250-double\r\n250 STARTTLS" } else { "530 say STARTTLS first" };
        say(stream, answer).await?;
    }
}

/// RFC 5321, as much as a sender needs.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: BufReader<S>,
    state: Arc<Mutex<State>>,
) -> std::io::Result<()> {
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

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, answer: &str) -> std::io::Result<()> {
    stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// What stands between `<` and `>`.
fn between(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

/// Everything up to the line with a single dot.
async fn text<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
