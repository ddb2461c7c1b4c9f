//! Who was here when, collected and written down in batches: a call waits for no such write.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kernel::Timestamp;

use crate::error::ProvisioningError;
use crate::model::{ConnectionId, KeyId};
use crate::service::Provisioning;
use crate::store::{connections, keys};

/// Uses that are not yet written down.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<Unwritten>);

#[derive(Debug, Default)]
struct Unwritten {
    keys: HashMap<KeyId, (Timestamp, Option<IpAddr>)>,
    connections: HashMap<ConnectionId, Timestamp>,
}

impl Uses {
    pub(crate) fn note(&self, connection: ConnectionId, key: Option<KeyId>, at: Timestamp, address: Option<IpAddr>) {
        let mut unwritten = self.lock();
        unwritten.connections.insert(connection, at);
        if let Some(key) = key {
            unwritten.keys.insert(key, (at, address));
        }
    }

    fn take(&self) -> Unwritten {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Unwritten> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provisioning {
    /// Writes down who called since the last time. For a timer of every node, and for its end.
    pub async fn write_uses(&self) -> Result<(), ProvisioningError> {
        let unwritten = self.door().uses.take();
        if unwritten.connections.is_empty() {
            return Ok(());
        }
        let mut tx = self.store().begin().await?;
        // In one order on every node, so that two of them do not wait for each other in a circle.
        let mut used: Vec<_> = unwritten.connections.into_iter().collect();
        used.sort_unstable();
        for (connection, at) in used {
            connections::touch(&mut tx, connection, at).await?;
        }
        let mut used: Vec<_> = unwritten.keys.into_iter().collect();
        used.sort_unstable();
        for (key, (at, address)) in used {
            keys::touch(&mut tx, key, at, address.map(|address| address.to_string())).await?;
        }
        Ok(tx.commit().await?)
    }
}
