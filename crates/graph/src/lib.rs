//! Microsoft Graph client: token, typed resources, delta pages, batch, throttling.
