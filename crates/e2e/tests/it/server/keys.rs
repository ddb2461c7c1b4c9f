//! The master key is changed: what was sealed opens with the new one alone, and the tenant goes on.

use e2e::World;
use kernel::{Rng, Secret};
use vestibule::keys::{KeyOrigin, Ring, Survey, rotate, survey};

/// The key of every story, and the one that takes over.
const OLD: &str = "0707070707070707070707070707070707070707070707070707070707070707";
const NEW: &str = "0808080808080808080808080808080808080808080808080808080808080808";

fn ring(keys: &[&str]) -> Ring {
    let keys: Vec<_> = keys.iter().map(|key| Secret::from(*key)).collect();
    Ring::of(&keys, KeyOrigin::Written, &Rng::seeded(3)).unwrap()
}

#[tokio::test]
async fn a_rotation_moves_every_secret_and_the_old_key_can_go() {
    World::on_each(1, async |world| {
        let store = &world.node.store;
        let (both, new) = (ring(&[NEW, OLD]), ring(&[NEW]));
        let before = survey(store, &both.sealer).await.unwrap();
        assert!(before.all > 0, "the tenant's secret is sealed");
        assert_eq!(before, Survey { older: before.all, closed: 0, ..before });
        assert_eq!(survey(store, &new.sealer).await.unwrap().closed, before.all, "not yet with the new key alone");

        let report = rotate(store, &both.sealer).await.unwrap();
        assert_eq!(report.iter().map(|line| line.moved).sum::<u64>(), before.all);
        let after = survey(store, &new.sealer).await.unwrap();
        assert_eq!(after, Survey { all: before.all, older: 0, closed: 0 });
        let again = rotate(store, &both.sealer).await.unwrap();
        assert_eq!(again.iter().map(|line| line.moved).sum::<u64>(), 0, "a second time moves nothing");
    })
    .await;
}
