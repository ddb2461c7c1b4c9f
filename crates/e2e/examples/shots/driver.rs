//! The few WebDriver calls that are needed (W3C WebDriver, and Chromium's own for dark mode and console messages).

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use serde_json::{Value, json};

/// How a found element is named in answers (W3C WebDriver §11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Chromedrivers that are started until one finds a port.
const STARTS: u32 = 5;
/// Tries to begin with a driver that does not answer yet: a minute, which a busy machine may take.
const TRIES: u32 = 600;

/// A browser.
pub struct Driver {
    http: reqwest::Client,
    session: String,
    child: std::sync::Mutex<Child>,
    _profile: tempfile::TempDir,
}

impl Driver {
    /// Starts a browser of its own.
    pub async fn start() -> anyhow::Result<Self> {
        // An error means that a provider is there already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let (child, port) = tokio::task::spawn_blocking(spawn).await??;
        let profile = tempfile::tempdir()?;
        let http = graph::http_client(&graph::HttpSettings::default())?;
        let base = format!("http://127.0.0.1:{port}");
        let arguments = json!([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--hide-scrollbars",
            format!("--user-data-dir={}", profile.path().display()),
        ]);
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome", "acceptInsecureCerts": true, "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let session = begin(&http, &base, &wanted).await?;
        Ok(Self { http, session: format!("{base}/session/{session}"), child: child.into(), _profile: profile })
    }

    /// Ends the browser.
    pub async fn stop(&self) {
        // It ends with the driver in any case.
        let _ = self.http.delete(&self.session).send().await;
        if let Ok(mut child) = self.child.lock() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Sends a command of the protocol.
    pub async fn call(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let answer = self.http.post(format!("{}/{path}", self.session)).json(&body).send().await?;
        let answer: Value = answer.json().await?;
        match answer["value"]["error"].as_str() {
            Some(error) => bail!("{path}: {error}: {}", answer["value"]["message"].as_str().unwrap_or_default()),
            None => Ok(answer["value"].clone()),
        }
    }

    async fn read(&self, path: &str) -> anyhow::Result<Value> {
        let answer: Value = self.http.get(format!("{}/{path}", self.session)).send().await?.json().await?;
        Ok(answer["value"].clone())
    }

    /// Opens an address and waits until it is loaded.
    pub async fn go(&self, address: &str) -> anyhow::Result<()> {
        self.call("url", json!({ "url": address })).await.map(drop)
    }

    /// The address that is open.
    pub async fn address(&self) -> anyhow::Result<String> {
        Ok(self.read("url").await?.as_str().unwrap_or_default().to_owned())
    }

    /// Size and colour scheme.
    pub async fn look(&self, width: u32, height: u32, dark: bool) -> anyhow::Result<()> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await
    }

    /// Sends a command of Chromium's own.
    pub async fn devtools(&self, command: &str, parameters: Value) -> anyhow::Result<()> {
        self.call("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await.map(drop)
    }

    /// Takes a picture of what is visible.
    pub async fn picture(&self, file: &Path) -> anyhow::Result<()> {
        let picture = self.read("screenshot").await?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(picture.as_str().unwrap_or_default())?;
        Ok(std::fs::write(file, bytes)?)
    }

    async fn find(&self, selector: &str) -> anyhow::Result<String> {
        let found = self.call("element", json!({ "using": "css selector", "value": selector })).await?;
        found[ELEMENT].as_str().map(str::to_owned).with_context(|| format!("there is no {selector}"))
    }

    /// Types into a field.
    pub async fn fill(&self, selector: &str, text: &str) -> anyhow::Result<()> {
        let element = self.find(selector).await?;
        self.call(&format!("element/{element}/value"), json!({ "text": text })).await.map(drop)
    }

    /// Presses a button. One that a live page exchanged before it was pressed is looked for again (WebDriver §12.3).
    pub async fn press(&self, selector: &str) -> anyhow::Result<()> {
        let mut moved = false;
        loop {
            let element = self.find(selector).await?;
            match self.call(&format!("element/{element}/click"), json!({})).await {
                Err(error) if error.to_string().contains("stale element reference") => {}
                // It lies behind what stays on top: a person would move the page first.
                Err(error) if error.to_string().contains("click intercepted") && !moved => {
                    moved = true;
                    let script = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center', behavior: 'instant' });";
                    self.call("execute/sync", json!({ "script": script, "args": [selector] })).await?;
                }
                pressed => return pressed.map(drop),
            }
        }
    }

    /// The first link in the page's main part that leads to one thing of a list.
    pub async fn first_link_below(&self, list: &str) -> anyhow::Result<Option<String>> {
        let script = "const found = [...document.querySelectorAll('main a')].map(a => a.pathname)
            .find(path => path.startsWith(arguments[0] + '/') && /[0-9a-f]{8}-|[/][0-9]+$/.test(path)); return found ?? null;";
        let found = self.call("execute/sync", json!({ "script": script, "args": [list] })).await?;
        Ok(found.as_str().map(str::to_owned))
    }

    /// What the browser's console said: refused scripts, missing files.
    pub async fn complaints(&self) -> anyhow::Result<Vec<String>> {
        let lines = self.call("se/log", json!({ "type": "browser" })).await?;
        let lines = lines.as_array().cloned().unwrap_or_default();
        let mut texts: Vec<_> = lines.iter().filter_map(|line| line["message"].as_str().map(str::to_owned)).collect();
        texts.sort();
        texts.dedup();
        Ok(texts)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Ok(child) = self.child.get_mut() {
            // Nobody stopped it: a test has failed.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A chromedriver and its port. It takes a port that is free for IPv4 and ends where somebody has that one for IPv6, as a
/// neighbour that starts at the same time may: another one finds another port.
fn spawn() -> anyhow::Result<(Child, u16)> {
    let mut fault = None;
    for _ in 0..STARTS {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver is missing: apt-get install chromium-driver")?;
        let output = child.stdout.take().context("chromedriver has a standard output")?;
        match told_port(output) {
            Ok(port) => return Ok((child, port)),
            Err(error) => fault = Some(error),
        }
        child.wait()?;
    }
    Err(fault.context("a chromedriver is tried at least once")?)
}

/// The port that chromedriver has chosen. One that was free a moment ago may be somebody else's by now.
fn told_port(output: ChildStdout) -> anyhow::Result<u16> {
    let mut lines = BufReader::new(output).lines();
    loop {
        let line = lines.next().context("chromedriver ended without a word")??;
        let told = line.rsplit_once("successfully on port ").map(|(_, rest)| rest.trim_end_matches('.').parse());
        if let Some(Ok(port)) = told {
            // Whatever else it says is read, so that it is never held up.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(port);
        }
    }
}

/// Begins a session as soon as the driver answers.
async fn begin(http: &reqwest::Client, base: &str, wanted: &Value) -> anyhow::Result<String> {
    let mut tries = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..TRIES {
        tries.tick().await;
        let Ok(answer) = http.post(format!("{base}/session")).json(wanted).send().await else { continue };
        let answer: Value = answer.json().await?;
        return answer["value"]["sessionId"]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("no session: {answer}"));
    }
    bail!("chromedriver does not answer")
}
