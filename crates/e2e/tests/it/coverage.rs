//! Lists that are walked and fail on the newcomer.

mod described;
mod strangers;
mod tables;

use kernel::Secret;
use store::Backend;
use testkit::Db;
use vestibule::keys::{KeyOrigin, Ring};
use vestibule::{App, Config, Outside};

/// A server with nobody in it, called in this process.
async fn server() -> (App, Db) {
    // An error only says that a provider was installed before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let db = Db::new(Backend::Sqlite).await.unwrap();
    let mut config = Config::default();
    config.web.requests_per_second = 0;
    let ring = Ring::of(&[Secret::new("07".repeat(32))], KeyOrigin::Written, &db.env.rng).unwrap();
    let outside = Outside { env: db.env.clone(), pace: graph::Pace::virtual_time().0 };
    (App::over(config, outside, db.store.clone(), ring).unwrap(), db)
}
