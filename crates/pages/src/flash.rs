//! What just happened, said once on the next page. The redirect carries a code, never a text: nobody can make the
//! console say something by a link.

use askama::Template;

use crate::parts::Tone;

macro_rules! flashes {
    ($($name:ident = $code:literal, $tone:ident, $text:literal;)+) => {
        /// Something that was done, or could not be done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Done { $($name),+ }

        impl Done {
            #[cfg(test)]
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code that travels.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            const fn tone(self) -> Tone {
                match self { $(Self::$name => Tone::$tone),+ }
            }

            const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

flashes! {
    Saved = "saved", Ok, "Saved.";
    Unchanged = "unchanged", Info, "Nothing was changed.";
    SignedOut = "signed-out", Ok, "You are signed out.";
    PasswordChanged = "password-changed", Ok, "Your password is changed. Your other sessions were ended.";
    TenantConnected = "tenant-connected", Ok, "The tenant is connected.";
    TenantRemoved = "tenant-removed", Ok, "The tenant is disconnected and its credentials are wiped. What it left waits for a decision.";
    Tested = "tested", Ok, "The test is done; its lines are below.";
    CredentialAdded = "credential-added", Ok, "The credential is stored. It is used once its test has passed.";
    CertificateMade = "certificate-made", Ok, "A certificate is made and staged. Upload it with one of the scripts below; it takes over by itself.";
    CredentialRemoved = "credential-removed", Ok, "The credential is removed.";
    TestStarted = "test-started", Busy, "The test is running.";
    RunStarted = "run-started", Busy, "The run has been queued. It begins within a few seconds.";
    RunCancelled = "run-cancelled", Ok, "The run will stop at the next safe place.";
    UndoStarted = "undo-started", Busy, "The undo has been queued.";
    PlanAllowed = "plan-allowed", Ok, "The plan is allowed and will be applied now.";
    PlanRejected = "plan-rejected", Ok, "The plan is rejected. Nothing was changed.";
    FirstRunConfirmed = "first-run-confirmed", Ok, "The preview is confirmed. Runs now apply what they plan.";
    ExceptionAdded = "exception-added", Ok, "The exception is in force from now on.";
    ExceptionEnded = "exception-ended", Ok, "The exception has ended. It counts no longer from the next run on.";
    AdditionAdded = "addition-added", Ok, "The person is added.";
    AdditionExpected = "addition-expected", Info, "Entra does not know this address yet. The person is expected until seen.";
    AdditionRemoved = "addition-removed", Ok, "The addition is withdrawn.";
    ConflictsDeleted = "conflicts-deleted", Ok, "The selected people are deleted. They can be restored within the retention time.";
    ConflictsIgnored = "conflicts-ignored", Ok, "The selected conflicts are left alone until the date you gave.";
    ConflictsDeactivated = "conflicts-deactivated", Ok, "The selected people are deactivated.";
    OperatorAdded = "operator-added", Ok, "The operator is added.";
    OperatorRemoved = "operator-removed", Ok, "The operator is removed and their sessions are ended.";
    OperatorDisabled = "operator-disabled", Ok, "The operator may not sign in any more. Their sessions and tokens do not count.";
    OperatorEnabled = "operator-enabled", Ok, "The operator may sign in again.";
    TokenRevoked = "token-revoked", Ok, "The token is revoked. It is refused from now on.";
    SessionEnded = "session-ended", Ok, "Ended.";
    JobRetried = "job-retried", Ok, "The job is queued again.";
    JobDiscarded = "job-discarded", Ok, "The job is discarded.";
    ChainVerified = "chain-verified", Ok, "The chain is whole: every entry still carries the hash it was written with.";
    NothingPicked = "nothing-picked", Warn, "Nothing is selected. Tick the rows it is about first.";
    TooManyPicked = "too-many-picked", Warn, "At most 1,000 rows can be picked one by one. Decide by cause instead.";
    UndoShown = "undo-shown", Busy, "What it would do is being worked out. Nothing is changed.";
    RestoreStarted = "restore-started", Busy, "The person is being given back.";
    UsersAdopted = "users-adopted", Ok, "They are taken over. Their former entries are retired.";
    ConnectionDeleted = "connection-deleted", Ok, "The connection is deleted. Its keys are refused from now on.";
    KeyRevoked = "key-revoked", Ok, "The key is revoked. It is refused from now on.";
    JobStarted = "job-started", Ok, "Entra has agreed. Its next cycle begins within a few minutes.";
    HoldAllowed = "hold-allowed", Ok, "Allowed. The calls are carried out now.";
    HoldRejected = "hold-rejected", Ok, "Rejected. Nothing was changed.";
    WebhookEnabled = "webhook-enabled", Ok, "Events are sent again, from where it stood.";
    WebhookDisabled = "webhook-disabled", Ok, "Nothing is sent any more. Its place in the log is kept.";
    WebhookRemoved = "webhook-removed", Ok, "The webhook is removed.";
    WebhookTested = "webhook-tested", Ok, "The test has arrived.";
    WebhookTestFailed = "webhook-test-failed", Bad, "The test did not arrive. What came back is below.";
    DeliveryQueued = "delivery-queued", Busy, "It is sent again within a few seconds.";
    DeliveriesQueued = "deliveries-queued", Busy, "They are sent within a few seconds.";
    SecondFactorSetUp = "second-factor-set-up", Ok, "It is set up, and still switched off. The next steps are below.";
    SecondFactorOn = "second-factor-on", Ok, "Entra is answered from now on.";
    ApplicationsPrepared = "applications-prepared", Ok, "What was missing is in the applications in Entra now.";
    SecondFactorOff = "second-factor-off", Ok, "Entra is not answered any more.";
    KeysRotated = "keys-rotated", Ok, "Another key is published. It takes over in two days, by itself.";
    KeysReplaced = "keys-replaced", Warn, "The keys are replaced. Sign-ins fail until Entra has read the new one.";
    PolicyDraftSaved = "policy-draft-saved", Ok, "The draft is saved. Nothing changes before it is applied.";
    PolicyDraftDiscarded = "policy-draft-discarded", Ok, "The draft is discarded. What is in force stays.";
    PoliciesPreviewed = "policies-previewed", Ok, "Worked out.";
    PoliciesApplied = "policies-applied", Ok, "The policies are in force, from the next sign-in on.";
    PoliciesUndone = "policies-undone", Ok, "What was in force before is in force again.";
    MethodMade = "method-made", Ok, "The method is in Entra, switched off. Enable it for a pilot group.";
    MethodEnabled = "method-enabled", Ok, "The method is enabled in Entra for those you named.";
    ReadinessCounted = "readiness-counted", Ok, "Counted.";
    MetadataImported = "metadata-imported", Ok, "The metadata are imported. They count for keys that are registered from now on.";
    AccountsMerged = "accounts-merged", Ok, "What the former account had counts here from now on.";
    MergeUndone = "merge-undone", Ok, "It is undone. What was moved is back where it was.";
    RegistrationStarted = "registration-started", Busy, "They are being registered in Entra.";
    RegistrationStopped = "registration-stopped", Ok, "It is stopped. Nobody more is registered.";
    RegistrationUndoing = "registration-undoing", Busy, "What it made is being taken back.";
    GatewaySaved = "gateway-saved", Ok, "The gateway is saved. It delivers from the next code on.";
    GatewayRemoved = "gateway-removed", Ok, "The gateway is removed. Nobody is offered such a code any more.";
    CampaignStarted = "campaign-started", Busy, "The letters are on their way.";
    CampaignStopped = "campaign-stopped", Ok, "It is stopped. Nobody more is written to.";
    PersonUnlocked = "person-unlocked", Ok, "They can try again.";
    PersonReset = "person-reset", Ok, "Everything is taken from them. They begin anew.";
    FactorRemoved = "factor-removed", Ok, "The factor is removed. It counts no longer.";
    BrowserRemoved = "browser-removed", Ok, "The browser is removed. It counts no longer.";
    CodeApproved = "code-approved", Ok, "The code counts from now on.";
    Stale = "stale", Warn, "Somebody else changed this meanwhile. Look again before you decide.";
}

/// The message on the page.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = r#"<div class="callout toast {{ tone.class() }}" role="status">{{ tone.icon() }}<div>{{ text }}</div></div>"#
)]
pub struct Flash {
    tone: Tone,
    text: &'static str,
}

impl Flash {
    /// The message for a code; unknown codes say nothing.
    pub fn of(code: &str) -> Option<Self> {
        Done::parse(code).map(Self::from)
    }
}

impl From<Done> for Flash {
    fn from(done: Done) -> Self {
        Self { tone: done.tone(), text: done.text() }
    }
}
