//! A mail server of a few lines that encrypts: RFC 5321, RFC 3207 and RFC 8314 as far as a sender needs them.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// How connections are encrypted.
#[derive(Clone)]
pub enum Tls {
    /// Not at all.
    Off,
    /// From the first byte.
    First(TlsAcceptor),
    /// After STARTTLS, before which no letter is taken.
    Later(TlsAcceptor),
}

/// What was said by those who sent something.
#[derive(Default)]
struct Heard {
    letters: Vec<String>,
    sign_ins: usize,
}

/// It ends with the test's runtime.
pub struct Server {
    pub port: u16,
    heard: Arc<Mutex<Heard>>,
}

impl Server {
    pub async fn start(tls: Tls) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let shared = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, tls.clone(), Arc::clone(&shared)));
            }
        });
        Self { port, heard }
    }

    /// The letters that arrived, headers and text.
    pub fn letters(&self) -> Vec<String> {
        self.heard.lock().unwrap().letters.clone()
    }

    /// Whether it has heard nothing: no letter, no password.
    pub fn is_untouched(&self) -> bool {
        let heard = self.heard.lock().unwrap();
        heard.letters.is_empty() && heard.sign_ins == 0
    }

    /// Whether somebody has signed in.
    pub fn was_signed_in_to(&self) -> bool {
        self.heard.lock().unwrap().sign_ins > 0
    }
}

async fn serve(stream: TcpStream, tls: Tls, heard: Arc<Mutex<Heard>>) -> std::io::Result<()> {
    match tls {
        Tls::Off => talk(greeted(stream).await?, heard).await,
        Tls::First(acceptor) => talk(greeted(acceptor.accept(stream).await?).await?, heard).await,
        Tls::Later(acceptor) => {
            let mut stream = greeted(stream).await?;
            if wants_tls(&mut stream).await? {
                let stream = acceptor.accept(stream.into_inner()).await?;
                talk(BufReader::new(stream), heard).await?;
            }
            Ok(())
        }
    }
}

async fn greeted<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> std::io::Result<BufReader<S>> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 double ESMTP").await?;
    Ok(stream)
}

/// What is said in the clear; whether it ends with STARTTLS.
async fn wants_tls(stream: &mut BufReader<TcpStream>) -> std::io::Result<bool> {
    loop {
        let line = line(stream).await?;
        match line.split(' ').next().unwrap_or_default() {
            "" => return Ok(false),
            "STARTTLS" => {
                say(stream, "220 go on").await?;
                return Ok(true);
            }
            "EHLO" => say(stream, "250-double\r\n250 STARTTLS").await?,
            _ => say(stream, "530 say STARTTLS first").await?,
        }
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: BufReader<S>,
    heard: Arc<Mutex<Heard>>,
) -> std::io::Result<()> {
    loop {
        let line = line(&mut stream).await?;
        match line.split(' ').next().unwrap_or_default() {
            "" => return Ok(()),
            "EHLO" => say(&mut stream, "250-double\r\n250 AUTH PLAIN").await?,
            "AUTH" => {
                heard.lock().unwrap().sign_ins += 1;
                say(&mut stream, "235 welcome").await?;
            }
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                let letter = letter(&mut stream).await?;
                heard.lock().unwrap().letters.push(letter);
                say(&mut stream, "250 taken").await?;
            }
            "QUIT" => return say(&mut stream, "221 bye").await,
            _ => say(&mut stream, "250 yes").await?,
        }
    }
}

async fn line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    Ok(line.trim_end().to_owned())
}

/// Everything up to the line with a single dot.
async fn letter<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<String> {
    let mut letter = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(letter);
        }
        letter.push_str(&line);
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, answer: &str) -> std::io::Result<()> {
    stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    stream.flush().await
}
