//! One node of the server in this process: the whole of it over one database, served on a free port.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use graph::Pace;
use kernel::Secret;
use store::worker::Worker;
use store::{Settings, Store};
use tokio::sync::oneshot;
use vestibule::keys::{KeyOrigin, Ring};
use vestibule::{App, Config, Outside};
use web::{ServeSettings, Server};

use crate::world::Ground;

/// The master key of every story.
const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// One node.
pub struct Node {
    /// The server.
    pub app: App,
    /// Its database.
    pub store: Store,
    /// Where it answers.
    pub url: String,
    _stop: oneshot::Sender<()>,
}

impl Node {
    /// Opens the database and serves. Nothing runs in the background: stories do that by hand.
    pub async fn start(ground: &Ground) -> anyhow::Result<Self> {
        Self::start_with(ground, |_| {}).await
    }

    /// The same with another configuration.
    pub async fn start_with(ground: &Ground, change: impl FnOnce(&mut Config)) -> anyhow::Result<Self> {
        let settings = Settings {
            acquire_timeout: Duration::from_secs(2),
            outlives_power_loss: false,
            ..Settings::new(&ground.url)
        };
        let store = Store::open(&settings).await?;
        let server = Server::bind(ServeSettings::plain(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).await?;
        let url = server.url().replace("127.0.0.1", ground.host);
        let mut config = Config::default();
        config.web.public_url = Some(url.clone());
        config.web.requests_per_second = 0;
        config.signals.webhook_networks = vec!["127.0.0.0/8".to_owned()];
        change(&mut config);
        let ring = Ring::of(&[Secret::from(KEY)], KeyOrigin::Written, &ground.env.rng)?;
        let outside = Outside { env: ground.env.clone(), pace: Pace::virtual_time().0 };
        let app = App::over(config, outside, store.clone(), ring)?;
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.run(app.router.clone(), async move {
            // An error is the sender's end, which is what is waited for.
            let _ = stopped.await;
        }));
        Ok(Self { app, store, url, _stop: stop })
    }

    /// A runner of jobs that no other runner is mistaken for.
    pub fn worker(&self) -> Worker {
        self.app.worker()
    }

    /// Does what its timers would do now.
    pub async fn tick(&self) {
        self.app.tick().await.expect("the timers do their work");
    }
}
