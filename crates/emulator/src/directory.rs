//! Users, groups and their edges of one tenant.

/// The directory of one tenant.
#[derive(Debug, Default)]
pub struct Directory {}
