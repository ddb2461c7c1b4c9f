//! What people have registered to be reached by. Their `Debug` tells no address.

use std::fmt;

use kernel::Timestamp;
use serde::Deserialize;

/// A registered telephone (Graph: phoneAuthenticationMethod).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhoneMethod {
    /// The number: `+46 701234567`, perhaps with ` x123` behind it.
    #[serde(default)]
    pub phone_number: Option<String>,
    /// `mobile`, `alternateMobile` or `office`.
    #[serde(default)]
    pub phone_type: Option<String>,
    /// Since when, where Graph says.
    #[serde(default)]
    pub created_date_time: Option<Timestamp>,
}

/// A registered mail address (Graph: emailAuthenticationMethod).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmailMethod {
    /// The address.
    #[serde(default)]
    pub email_address: Option<String>,
    /// Since when, where Graph says.
    #[serde(default)]
    pub created_date_time: Option<Timestamp>,
}

impl fmt::Debug for PhoneMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneMethod").field("phone_type", &self.phone_type).finish_non_exhaustive()
    }
}

impl fmt::Debug for EmailMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailMethod").finish_non_exhaustive()
    }
}
