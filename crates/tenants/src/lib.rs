//! Connect, consent, credential expiry, permission sets, status, connection test.
