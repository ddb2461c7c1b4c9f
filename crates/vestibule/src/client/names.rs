//! How the verbs of the API are called on the command line, and which columns their tables show.
//!
//! A verb without an entry is called `<tag> <operation-id>`, so that none is out of reach.

use serde_json::{Map, Value};

/// A command's words and looks.
pub(super) struct Name {
    pub noun: String,
    pub words: Vec<String>,
    pub columns: &'static [&'static str],
    pub follow: Option<&'static str>,
}

/// Operation, command, columns.
type Entry = (&'static str, &'static str, &'static [&'static str]);

const OPERATOR: &[&str] = &["id", "user_name", "display_name", "role", "state"];
const ACCOUNT: &[&str] = &["id", "label", "name", "factors", "last_proved_at", "failures", "locked_at"];
const FACTOR: &[&str] = &["id", "kind", "name", "state", "last_used_at", "expires_at"];
const ATTEMPT: &[&str] = &["id", "at", "label", "outcome", "reason", "factor_kind", "address"];
const MESSAGE: &[&str] = &["id", "sent_at", "label", "way", "shown", "state", "detail", "reference"];
const TOKEN: &[&str] = &["id", "label", "role", "user_name", "expires_at", "last_used_at", "works"];
const SESSION: &[&str] = &["id", "user_name", "address", "created_at", "last_seen_at", "current"];
const EVENT: &[&str] = &["revision", "at", "type", "object.kind", "object.name", "actor.name"];
const TENANT: &[&str] = &["id", "name", "primary_domain", "health.status", "state", "health.probed_at"];
const CREDENTIAL: &[&str] = &["id", "slot", "kind", "label", "expires_at", "worked_at"];
const SOURCE: &[&str] = &["id", "name", "settings.mode", "last_full_at", "next_run_at", "stale"];
const FORMER: &[&str] = &["id", "name", "disconnected_at", "disconnected_by", "adoptable", "open_run.state"];
const ADOPTABLE: &[&str] = &["old.id", "old.name", "new.id", "new.name", "matched_by"];
const RUN: &[&str] = &["id", "kind", "state", "preview", "started_by", "started_at", "finished_at", "error_detail"];
const CONFLICT: &[&str] = &["id", "kind", "name", "address", "conflict.cause", "conflict.due", "conflict.decision"];
const CHANGE: &[&str] = &["seq", "effect", "change.kind", "change.name", "change.cause", "allowed", "id"];
const EXCEPTION: &[&str] = &["id", "source_id", "kind", "label", "owner", "reason", "expires_at"];
const ADDITION: &[&str] = &["id", "source_id", "email", "state", "reason", "expires_at"];
const USER: &[&str] =
    &["id", "name", "user_principal_name", "department", "state", "cause", "source.kind", "changed_at"];
const GROUP: &[&str] = &["id", "name", "kind", "direct_members", "transitive_members", "state"];
const HISTORY: &[&str] = &["revision", "at", "event", "actor", "cause", "reason"];
const CONNECTION: &[&str] = &["id", "name", "state", "user_count", "group_count", "last_call_at", "base_url"];
const KEY: &[&str] = &["id", "key", "label", "works", "expires_at", "last_used_at", "last_address"];
const CALL: &[&str] = &["id", "at", "operation", "resource_name", "status", "micros", "conclusion.sentence"];
const HOLD: &[&str] = &["id", "connection_name", "state", "because", "calls.waiting", "created_at", "expires_at"];
const KNOWN_GROUP: &[&str] = &["id", "name", "object_id", "source_name", "direct_members", "seen_at"];
const PROVIDER: &[&str] = &["tenant", "state", "client_id", "app_id", "discovery_url"];
const SIGNING_KEY: &[&str] = &["kid", "published_at", "signs_from", "signs_until", "removed_at", "signs_now"];
const UNREADY: &[&str] = &["object_id", "name", "upn", "mail", "department", "why"];
const REGISTRATION: &[&str] =
    &["id", "state", "people", "registered", "already", "failed", "removed", "started_at", "started_by", "trouble"];
const POLICY_PERSON: &[&str] = &["object_id", "name", "upn", "effect", "lost", "gained", "policy"];
const POLICY_REVISION: &[&str] =
    &["revision", "applied_at", "applied_by", "restores", "policy_count", "loses_last", "reason"];
const CAMPAIGN: &[&str] = &["id", "state", "people", "sent", "skipped", "failed", "trouble", "started_at", "ended_at"];
const WEBHOOK: &[&str] =
    &["id", "name", "state", "url", "health.waiting", "health.dead", "health.last_success_at", "health.failing_since"];
const DELIVERY: &[&str] = &["id", "revision", "type", "object_name", "state", "attempts", "status", "next_at", "error"];
const JOB: &[&str] = &["id", "kind", "state", "run_at", "attempts", "last_error"];

const NAMES: &[Entry] = &[
    ("get_me", "operators me", &[]),
    ("list_operators", "operators list", OPERATOR),
    ("list_tokens", "tokens list", TOKEN),
    ("create_token", "tokens create", &[]),
    ("revoke_token", "tokens revoke", &[]),
    ("list_sessions", "operators sessions", SESSION),
    ("revoke_session", "operators end-session", &[]),
    ("sign_out_operator", "operators sign-out", &[]),
    ("reset_password", "operators reset-password", &[]),
    ("list_organisations", "organisations list", &["id", "name", "created_at"]),
    ("create_organisation", "organisations create", &[]),
    ("rename_organisation", "organisations rename", &[]),
    ("list_events", "events list", EVENT),
    ("list_audit", "events audit", EVENT),
    ("export_audit", "events export", &[]),
    ("verify_audit", "events verify", &[]),
    ("list_providers", "mfa providers list", PROVIDER),
    ("get_provider", "mfa providers get", &[]),
    ("put_provider", "mfa providers set", &[]),
    ("preview_provider", "mfa providers preview", &[]),
    ("get_provider_preview", "mfa providers last-preview", &[]),
    ("list_provider_people", "mfa providers people", POLICY_PERSON),
    ("get_out_of_band", "mfa out-of-band get", &[]),
    ("put_gateway", "mfa gateways set", &[]),
    ("delete_gateway", "mfa gateways delete", &[]),
    ("renew_receipt_address", "mfa gateways receipt-address", &[]),
    ("list_messages", "mfa messages list", MESSAGE),
    ("list_signing_keys", "mfa keys list", SIGNING_KEY),
    ("rotate_signing_keys", "mfa keys rotate", SIGNING_KEY),
    ("get_doctor", "mfa doctor", &["name", "result", "detail", "mend"]),
    ("get_licence", "mfa licence", &[]),
    ("get_applications", "mfa applications get", &[]),
    ("prepare_applications", "mfa applications prepare", &[]),
    ("get_method", "mfa method get", &[]),
    ("create_method", "mfa method create", &[]),
    ("enable_method", "mfa method enable", &[]),
    ("get_settings_file", "mfa settings-file", &[]),
    ("get_readiness", "mfa readiness get", &[]),
    ("count_readiness", "mfa readiness count", &[]),
    ("list_unready", "mfa readiness without", UNREADY),
    ("get_key_metadata", "mfa key-metadata get", &[]),
    ("import_key_metadata", "mfa key-metadata import", &[]),
    ("list_key_models", "mfa key-models", &["aaguid", "name", "status", "flaw", "keys", "attested"]),
    ("list_accounts", "mfa accounts list", ACCOUNT),
    ("open_account", "mfa accounts open", &[]),
    ("get_account", "mfa accounts get", &[]),
    ("unlock_account", "mfa accounts unlock", &[]),
    ("reset_account", "mfa accounts reset", &[]),
    ("issue_code", "mfa accounts issue-code", &[]),
    ("approve_code", "mfa accounts approve-code", &[]),
    ("list_factors", "mfa accounts factors", FACTOR),
    ("delete_factor", "mfa accounts remove-factor", &[]),
    ("list_attempts", "mfa attempts list", ATTEMPT),
    ("get_attempt", "mfa attempts get", &[]),
    ("export_attempts", "mfa attempts export", &[]),
    ("preview_import", "mfa tokens preview-import", &[]),
    ("import_factors", "mfa tokens import", &[]),
    ("list_browsers", "mfa accounts browsers", &["id", "name", "purpose", "last_used_at", "created_at", "expires_at"]),
    ("delete_browser", "mfa accounts remove-browser", &[]),
    ("list_duplicates", "mfa accounts duplicates", &[]),
    ("preview_merge", "mfa accounts preview-merge", &[]),
    ("merge_accounts", "mfa accounts merge", &[]),
    (
        "list_merges",
        "mfa accounts merges",
        &["id", "former", "former_label", "reason", "merged_at", "undo_until", "undone_at"],
    ),
    ("undo_merge", "mfa accounts undo-merge", &[]),
    ("explain_custom_control", "mfa custom-control", &[]),
    ("preview_campaign", "mfa campaigns preview", &[]),
    ("start_campaign", "mfa campaigns start", &[]),
    ("list_campaigns", "mfa campaigns list", CAMPAIGN),
    ("stop_campaign", "mfa campaigns stop", &[]),
    ("preview_registration", "mfa registrations preview", &[]),
    ("start_registration", "mfa registrations start", &[]),
    ("list_registrations", "mfa registrations list", REGISTRATION),
    ("get_registration", "mfa registrations get", &[]),
    ("list_registered", "mfa registrations people", &["object_id", "name", "upn", "state", "code", "detail"]),
    ("stop_registration", "mfa registrations stop", &[]),
    ("undo_registration", "mfa registrations undo", &[]),
    ("get_policies", "mfa policies get", &[]),
    ("put_policy_draft", "mfa policies draft", &[]),
    ("delete_policy_draft", "mfa policies discard", &[]),
    ("preview_policies", "mfa policies preview", &[]),
    ("get_policy_preview", "mfa policies last-preview", &[]),
    ("list_policy_people", "mfa policies people", POLICY_PERSON),
    ("apply_policies", "mfa policies apply", &[]),
    ("undo_policies", "mfa policies undo", &[]),
    ("list_policy_revisions", "mfa policies history", POLICY_REVISION),
    ("get_policy_revision", "mfa policies revision", &[]),
    ("get_rules", "mfa rules", &[]),
    ("get_risk", "mfa risk get", &[]),
    ("list_risky", "mfa risk people", &["object_id", "name", "upn", "level", "state", "changed_at"]),
    ("list_webhooks", "webhooks list", WEBHOOK),
    ("list_event_types", "webhooks event-types", &["name", "about"]),
    ("create_webhook", "webhooks create", &[]),
    ("get_webhook", "webhooks get", &[]),
    ("update_webhook", "webhooks update", &[]),
    ("delete_webhook", "webhooks delete", &[]),
    ("rotate_secret", "webhooks rotate", &[]),
    ("test_webhook", "webhooks test", &[]),
    ("replay_events", "webhooks replay", &[]),
    ("list_deliveries", "webhooks deliveries list", DELIVERY),
    ("get_delivery", "webhooks deliveries get", &[]),
    ("retry_delivery", "webhooks deliveries retry", &[]),
    ("retry_dead_letters", "webhooks retry-dead", &[]),
    ("list_jobs", "jobs list", JOB),
    ("list_tenants", "tenants list", TENANT),
    ("create_tenant", "tenants connect", &[]),
    ("delete_tenant", "tenants disconnect", &[]),
    ("run_test", "tenants test", &["name", "result", "detail", "code", "mend"]),
    ("get_test", "tenants last-test", &[]),
    ("test_draft", "tenants test-new", &["name", "result", "detail", "code", "mend"]),
    ("get_permissions", "tenants permissions", &[]),
    ("preview_permissions", "tenants permissions-for", &[]),
    ("get_credential_calendar", "tenants calendar", &[]),
    ("list_credentials", "tenants credentials list", CREDENTIAL),
    ("put_credential", "tenants credentials put", &[]),
    ("generate_certificate", "tenants credentials generate", &[]),
    ("promote_credential", "tenants credentials promote", &[]),
    ("delete_credential", "tenants credentials delete", &[]),
    ("list_sources", "dirsync sources", SOURCE),
    ("list_former_sources", "dirsync former-sources", FORMER),
    ("list_adoptable", "dirsync adoptable", ADOPTABLE),
    ("adopt_users", "dirsync adopt", &[]),
    ("restore_objects", "dirsync restore", &[]),
    ("preview_user_ids", "dirsync user-ids", &[]),
    ("get_source", "dirsync settings get", &[]),
    ("put_settings", "dirsync settings set", &[]),
    ("preview_settings", "dirsync preview", &[]),
    ("start_run", "dirsync sync", &[]),
    ("sync_one", "dirsync sync-one", &[]),
    ("undo_run", "dirsync undo", &[]),
    ("list_runs", "dirsync runs", RUN),
    ("get_run", "dirsync run", &[]),
    ("list_changes", "dirsync changes", CHANGE),
    ("approve_run", "dirsync approve", &[]),
    ("reject_run", "dirsync reject", &[]),
    ("cancel_run", "dirsync cancel", &[]),
    ("list_conflicts", "dirsync conflicts list", CONFLICT),
    ("decide_conflicts", "dirsync conflicts decide", &[]),
    ("list_exceptions", "dirsync exceptions list", EXCEPTION),
    ("create_exception", "dirsync exceptions create", &[]),
    ("delete_exception", "dirsync exceptions delete", &[]),
    ("list_additions", "dirsync additions list", ADDITION),
    ("create_addition", "dirsync additions create", &[]),
    ("delete_addition", "dirsync additions delete", &[]),
    ("list_connections", "provisioning connections list", CONNECTION),
    ("get_connection", "provisioning connections get", &[]),
    ("create_connection", "provisioning connections create", &[]),
    ("update_connection", "provisioning connections update", &[]),
    ("delete_connection", "provisioning connections delete", &[]),
    ("get_connection_ending", "provisioning connections ending", &[]),
    ("preview_limits", "provisioning connections preview-limits", &[]),
    ("list_keys", "provisioning keys list", KEY),
    ("create_key", "provisioning keys create", &[]),
    ("revoke_key", "provisioning keys revoke", &[]),
    ("check_job", "provisioning job check", &[]),
    ("start_job", "provisioning job start", &[]),
    ("pause_job", "provisioning job pause", &[]),
    ("restart_job", "provisioning job restart", &[]),
    ("provision_on_demand", "provisioning job provision", &[]),
    ("apply_mapping", "provisioning job mend-mapping", &[]),
    ("get_ready_mapping", "provisioning mapping", &[]),
    ("list_calls", "provisioning calls list", CALL),
    ("get_call", "provisioning calls get", &[]),
    ("export_calls", "provisioning calls export", &[]),
    ("list_dialects", "provisioning dialects", &["dialect", "calls", "first_at", "last_at"]),
    ("list_push_cycles", "provisioning cycles", &["first_at", "last_at", "calls", "failures", "put_off"]),
    ("list_holds", "provisioning holds list", HOLD),
    ("get_hold", "provisioning holds get", &[]),
    ("list_held_calls", "provisioning holds calls", &["id", "effect", "asked", "first_at", "last_at", "state"]),
    ("allow_hold", "provisioning holds allow", &[]),
    ("reject_hold", "provisioning holds reject", &[]),
    ("list_known_groups", "provisioning groups list", KNOWN_GROUP),
    ("get_known_group", "provisioning groups get", &[]),
    ("list_group_names", "provisioning groups names", &["name", "from", "until", "actor"]),
    ("get_group_drift", "provisioning groups drift", &["connection_name", "pushed", "in_graph", "nested_groups"]),
    ("get_why", "users why", &[]),
    ("get_summary", "directory summary", &[]),
    ("get_snapshot", "directory snapshot", &[]),
    ("search_directory", "directory search", &[]),
    ("check_membership", "directory membership", &[]),
    ("list_cycles", "directory cycles", &[]),
    ("list_users", "users list", USER),
    ("get_user", "users get", &[]),
    ("list_user_groups", "users groups", &["id", "name", "kind", "direct", "direct_members"]),
    ("list_user_history", "users history", HISTORY),
    ("export_users", "users export", &[]),
    ("list_groups", "groups list", GROUP),
    ("get_group", "groups get", &[]),
    ("list_group_members", "groups members", &["id", "name", "user_principal_name", "state", "direct"]),
    ("list_group_history", "groups history", HISTORY),
    ("export_groups", "groups export", &[]),
];

/// What a browser does, or an API token cannot.
const NOT_HERE: &[&str] = &[
    "sign_in",
    "sign_out",
    "find_link",
    "complete_set_up",
    "choose_password",
    "change_password",
    "list_own_sessions",
    "revoke_own_session",
    "revoke_other_sessions",
    "begin_consent",
    "finish_consent",
    "get_consent",
    // Graph calls it.
    "receive_notifications",
    // Gateways call them.
    "receive_receipt",
    "receive_receipt_in_query",
];

/// Operations that begin something, and the one that says how it goes on.
const FOLLOW: &[(&str, &str)] = &[
    ("start_run", "get_run"),
    ("sync_one", "get_run"),
    ("undo_run", "get_run"),
    ("restore_objects", "get_run"),
    ("approve_run", "get_run"),
];

/// Where a body begins from.
pub(super) struct Base {
    operation: &'static str,
    /// The operation that reads it.
    pub reads: &'static str,
    /// Where in that answer it lies.
    pub at: &'static str,
    /// The fields that are taken; none named is all of them.
    pub fields: &'static [&'static str],
}

/// Operations that take a whole thing: what is not given is taken from what there is, so that `settings set
/// --settings-mode on` changes one thing and overwrites nobody's change.
const BASES: &[Base] = &[
    Base { operation: "put_settings", reads: "get_source", at: "", fields: &["version", "settings"] },
    Base { operation: "preview_settings", reads: "get_source", at: "/settings", fields: &[] },
    Base { operation: "preview_limits", reads: "get_connection", at: "/settings/limits", fields: &[] },
    Base { operation: "put_provider", reads: "get_provider", at: "", fields: &["version", "settings"] },
    Base { operation: "preview_provider", reads: "get_provider", at: "", fields: &["settings"] },
    Base { operation: "update_tenant", reads: "get_tenant", at: "", fields: &["version"] },
];

/// What a field is when it is left out.
const USUAL: &[(&str, &str, &str)] =
    &[("start_run", "kind", "\"full\""), ("approve_run", "allow", r#"{"part":"all"}"#)];

/// Where an operation's body begins from.
pub(super) fn base(id: &str) -> Option<&'static Base> {
    BASES.iter().find(|base| base.operation == id)
}

/// The body of an operation when nothing is said.
pub(super) fn usual_body(id: &str) -> Map<String, Value> {
    let ours = USUAL.iter().filter(|(operation, ..)| *operation == id);
    ours.filter_map(|(_, name, json)| Some(((*name).to_owned(), serde_json::from_str(json).ok()?))).collect()
}

/// What a noun is about.
pub(super) fn about(noun: &str) -> &'static str {
    match noun {
        "tenants" => "Connected Entra tenants",
        "dirsync" => "Directory sync: settings, runs, holds, conflicts, exceptions, additions",
        "users" => "Users of the directory",
        "groups" => "Groups of the directory",
        "directory" => "The directory",
        "operators" => "Who may run the server",
        "organisations" => "Organisations of the server",
        "tokens" => "API tokens",
        "events" => "The event log and the audit trail of a server",
        "webhooks" => "Where events are sent, and what was sent",
        "webhooks deliveries" => "What was sent to a webhook, or is to be",
        "jobs" => "Work without a caller",
        "tenants credentials" => "A tenant's secrets and certificates",
        "dirsync settings" => "What is let in, how often, and what may be taken away without asking",
        "dirsync conflicts" => "Who was let in and no longer is",
        "dirsync exceptions" => "Users, groups and aliases that are kept out",
        "dirsync additions" => "Users who are let in by address",
        "provisioning" => "Pushes by SCIM: connections, keys, calls, held calls, user groups",
        "provisioning connections" => "What pushes, and within which limits",
        "provisioning keys" => "What a connection shows itself with",
        "provisioning calls" => "What was pushed, and what was answered",
        "provisioning holds" => "Calls that wait for a decision",
        "provisioning groups" => "Groups, pushed or read, by name, id or SID",
        "provisioning job" => "Entra's own provisioning job",
        "mfa" => "The second factor: set-up, people, attempts, policies, readiness",
        "mfa providers" => "The second factor of a tenant: whether it is on, and its settings",
        "mfa applications" => "What the applications in Entra must hold",
        "mfa method" => "The method in Entra",
        "mfa keys" => "The keys that answers to Entra are signed with",
        "mfa accounts" => "People, what they prove themselves with, and their browsers",
        "mfa attempts" => "Every attempt with its reason",
        "mfa messages" => "Every code that was sent, and what became of it",
        "mfa tokens" => "Tokens of another product",
        "mfa gateways" => "How text messages and calls leave",
        "mfa out-of-band" => "Whether codes can be sent, and what today cost",
        "mfa key-metadata" => "What FIDO reports of models of security keys",
        "mfa policies" => "Other rules for some people: prepared, previewed, applied, undone",
        "mfa readiness" => "Who could pass, by policy",
        "mfa campaigns" => "Letters to who could not pass",
        "mfa registrations" => "Registering people in Entra on their behalf",
        "mfa risk" => "Who is at risk, as Entra says",
        _ => "",
    }
}

/// The command of an operation; `None` where it makes no sense on the command line.
pub(super) fn of(id: &str, tag: &str) -> Option<Name> {
    if NOT_HERE.contains(&id) {
        return None;
    }
    let entry = NAMES.iter().find(|(operation, ..)| *operation == id);
    let command = entry.map_or_else(|| by_rule(id, tag), |(_, command, _)| (*command).to_owned());
    let mut words = command.split(' ').map(str::to_owned);
    let noun = words.next()?;
    let follow = FOLLOW.iter().find(|(operation, _)| *operation == id).map(|(_, follow)| *follow);
    Some(Name { noun, words: words.collect(), columns: entry.map_or(&[], |(.., columns)| *columns), follow })
}

/// `get_job` of the room `jobs` is `jobs get`.
fn by_rule(id: &str, tag: &str) -> String {
    let one = tag.strip_suffix('s').unwrap_or(tag);
    let verb = id.strip_suffix(tag).or_else(|| id.strip_suffix(one)).unwrap_or(id).trim_matches('_');
    format!("{tag} {}", verb.replace('_', "-"))
}
