//! Where people can be reached: their authentication methods. Needs `UserAuthenticationMethod.Read.All`.

use uuid::Uuid;

use crate::client::Client;
use crate::error::GraphError;
use crate::query::Query;
use crate::resources::{EmailMethod, PhoneMethod};

/// More than anybody has.
const MOST: usize = 20;

impl Client {
    /// The telephone numbers that a user has registered.
    pub async fn phone_methods(&self, user: Uuid) -> Result<Vec<PhoneMethod>, GraphError> {
        self.list(&["users", &user.to_string(), "authentication", "phoneMethods"], &Query::new()).all(MOST).await
    }

    /// The mail addresses that a user has registered.
    pub async fn email_methods(&self, user: Uuid) -> Result<Vec<EmailMethod>, GraphError> {
        self.list(&["users", &user.to_string(), "authentication", "emailMethods"], &Query::new()).all(MOST).await
    }
}
