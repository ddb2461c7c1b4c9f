//! The verbs over HTTP, one file each: below `/api/v1/mfa`, and what Entra reads below `/mfa`.

mod apply_policies;
mod approve_code;
mod count_readiness;
mod create_method;
mod delete_browser;
mod delete_factor;
mod delete_gateway;
mod delete_policy_draft;
mod enable_method;
mod explain_custom_control;
mod export_attempts;
mod get_account;
mod get_applications;
mod get_attempt;
mod get_doctor;
mod get_key_list;
mod get_key_metadata;
mod get_licence;
mod get_metadata;
mod get_method;
mod get_out_of_band;
mod get_policies;
mod get_policy_preview;
mod get_policy_revision;
mod get_provider;
mod get_provider_preview;
mod get_readiness;
mod get_registration;
mod get_risk;
mod get_rules;
mod get_settings_file;
mod import_factors;
mod import_key_metadata;
mod issue_code;
mod list_accounts;
mod list_attempts;
mod list_browsers;
mod list_campaigns;
mod list_duplicates;
mod list_factors;
mod list_key_models;
mod list_merges;
mod list_messages;
mod list_policy_people;
mod list_policy_revisions;
mod list_provider_people;
mod list_providers;
mod list_registered;
mod list_registrations;
mod list_risky;
mod list_signing_keys;
mod list_unready;
mod merge_accounts;
mod open_account;
mod prepare_applications;
mod preview_campaign;
mod preview_import;
mod preview_merge;
mod preview_policies;
mod preview_provider;
mod preview_registration;
mod put_gateway;
mod put_policy_draft;
mod put_provider;
mod receive_receipt;
mod receive_receipt_in_query;
mod renew_receipt_address;
mod reset_account;
mod rotate_signing_keys;
mod start_campaign;
mod start_registration;
mod stop_campaign;
mod stop_registration;
mod undo_merge;
mod undo_policies;
mod undo_registration;
mod unlock_account;

use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::RateLimit;
use web::limits::{longest_body, rate};

use crate::Mfa;
use crate::models::LONGEST_BLOB;

/// How often one address may tell receipts, in the long run and at once.
const RECEIPTS_A_SECOND: u32 = 20;
const RECEIPTS_AT_ONCE: u32 = 200;
/// What stands around a file in a request.
const LONGEST_ELSE: usize = 1024 * 1024;

/// The verbs of this room, to be nested under `/api/v1/mfa`.
pub fn routes(mfa: Mfa) -> OpenApiRouter {
    people(mfa.clone())
        .merge(roll_out(mfa.clone()))
        .merge(policies(mfa.clone()))
        .merge(files(mfa.clone()))
        .merge(receipts(mfa.clone()))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(list_providers::handler))
                .routes(routes!(get_provider::handler, put_provider::handler))
                .routes(routes!(get_provider_preview::handler, preview_provider::handler))
                .routes(routes!(list_provider_people::handler))
                .routes(routes!(get_out_of_band::handler))
                .routes(routes!(put_gateway::handler, delete_gateway::handler))
                .routes(routes!(renew_receipt_address::handler))
                .routes(routes!(list_signing_keys::handler))
                .routes(routes!(rotate_signing_keys::handler))
                .with_state(mfa),
        )
}

/// What gateways tell. They are few, and each tells once of each message.
fn receipts(mfa: Mfa) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(receive_receipt::handler, receive_receipt_in_query::handler))
        .layer(from_fn_with_state(Some(RateLimit::per_second(RECEIPTS_A_SECOND, RECEIPTS_AT_ONCE)), rate))
        .with_state(mfa)
}

/// What comes as a file.
fn files(mfa: Mfa) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(preview_import::handler))
        .routes(routes!(import_factors::handler))
        .routes(routes!(get_key_metadata::handler, import_key_metadata::handler))
        .routes(routes!(list_key_models::handler))
        .layer(longest_body(LONGEST_BLOB + LONGEST_ELSE))
        .with_state(mfa)
}

/// What has to be right before a policy is put in force.
fn roll_out(mfa: Mfa) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_doctor::handler))
        .routes(routes!(get_licence::handler))
        .routes(routes!(get_applications::handler, prepare_applications::handler))
        .routes(routes!(get_method::handler, create_method::handler))
        .routes(routes!(enable_method::handler))
        .routes(routes!(get_settings_file::handler))
        .routes(routes!(explain_custom_control::handler))
        .routes(routes!(get_readiness::handler, count_readiness::handler))
        .routes(routes!(list_unready::handler))
        .routes(routes!(list_campaigns::handler, start_campaign::handler))
        .routes(routes!(preview_campaign::handler))
        .routes(routes!(stop_campaign::handler))
        .routes(routes!(list_registrations::handler, start_registration::handler))
        .routes(routes!(preview_registration::handler))
        .routes(routes!(get_registration::handler))
        .routes(routes!(list_registered::handler))
        .routes(routes!(stop_registration::handler))
        .routes(routes!(undo_registration::handler))
        .with_state(mfa)
}

/// Other rules for some people.
fn policies(mfa: Mfa) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_policies::handler))
        .routes(routes!(put_policy_draft::handler, delete_policy_draft::handler))
        .routes(routes!(get_policy_preview::handler, preview_policies::handler))
        .routes(routes!(list_policy_people::handler))
        .routes(routes!(apply_policies::handler))
        .routes(routes!(undo_policies::handler))
        .routes(routes!(list_policy_revisions::handler))
        .routes(routes!(get_policy_revision::handler))
        .routes(routes!(get_rules::handler))
        .routes(routes!(get_risk::handler))
        .routes(routes!(list_risky::handler))
        .with_state(mfa)
}

/// People, their factors, what they tried.
fn people(mfa: Mfa) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_accounts::handler, open_account::handler))
        .routes(routes!(get_account::handler))
        .routes(routes!(unlock_account::handler))
        .routes(routes!(reset_account::handler))
        .routes(routes!(list_factors::handler))
        .routes(routes!(delete_factor::handler))
        .routes(routes!(list_browsers::handler))
        .routes(routes!(delete_browser::handler))
        .routes(routes!(issue_code::handler))
        .routes(routes!(approve_code::handler))
        .routes(routes!(list_duplicates::handler))
        .routes(routes!(list_merges::handler, merge_accounts::handler))
        .routes(routes!(preview_merge::handler))
        .routes(routes!(undo_merge::handler))
        .routes(routes!(list_attempts::handler))
        .routes(routes!(export_attempts::handler))
        .routes(routes!(get_attempt::handler))
        .routes(routes!(list_messages::handler))
        .with_state(mfa)
}

/// What Entra reads of us, to be merged into the router: its addresses follow from the issuer.
pub fn metadata_routes(mfa: Mfa) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_metadata::handler)).routes(routes!(get_key_list::handler)).with_state(mfa)
}
