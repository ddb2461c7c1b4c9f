//! What people are told at their portal, in their language.

use http::HeaderMap;
use mfa::factors::{FactorRule, Told};
use mfa::portal::NotIn;

use crate::mfa::texts as proving;
use crate::refusals::{self, Said};
use crate::texts::{texts, wants_german};

texts! {
    portal: "My sign-in", "Meine Anmeldung";
    skip: "Skip to the content", "Zum Inhalt springen";
    sign_in: "Sign in", "Anmelden";
    sign_in_text: "See and change how you prove that it is you. You sign in with your work account first.",
        "Hier sehen und ändern Sie, wie Sie sich bestätigen. Zuerst melden Sie sich mit Ihrem Arbeitskonto an.";
    sign_in_with: "Sign in with Microsoft Entra ID", "Mit Microsoft Entra ID anmelden";
    choose: "Choose your organisation", "Wählen Sie Ihre Organisation";
    no_portal: "Open the address that your organisation gave you for this page. Ask your helpdesk for it.",
        "Öffnen Sie die Adresse, die Ihre Organisation Ihnen für diese Seite gegeben hat. Fragen Sie Ihren Helpdesk danach.";
    sign_out: "Sign out", "Abmelden";
    back: "Back", "Zurück";
    cancel: "Cancel", "Abbrechen";
    overview: "Overview", "Übersicht";
    devices: "Browsers", "Browser";
    activity: "Activity", "Aktivität";

    prove: "Prove that it is you", "Bestätigen Sie, dass Sie es sind";
    prove_text: "What is yours can be seen and changed once you have used one of your own ways.",
        "Ihre Angaben können Sie sehen und ändern, sobald Sie eine Ihrer eigenen Methoden verwendet haben.";
    passkey: "Use your passkey", "Passkey verwenden";
    passkey_unable: "This browser cannot use passkeys.", "Dieser Browser kann keine Passkeys verwenden.";
    code: "Code", "Code";
    code_hint: "From your authenticator app or token; a recovery code or a code of your helpdesk counts too.",
        "Aus Ihrer Authenticator-App oder Ihrem Token; auch ein Wiederherstellungscode oder ein Code Ihres Helpdesks gilt.";
    check: "Check the code", "Code prüfen";
    unread: "Where a code can be sent to you cannot be read for now. Try again in a minute; until then nothing can be added.",
        "Wohin Ihnen ein Code gesendet werden kann, lässt sich zurzeit nicht lesen. Versuchen Sie es in einer Minute noch einmal; bis dahin kann nichts hinzugefügt werden.";
    push_time_over: "The time is over. Load this page again to choose another way.",
        "Die Zeit ist abgelaufen. Laden Sie diese Seite neu, um einen anderen Weg zu wählen.";
    lost_all: "Lost all of it? Use a recovery code, or ask your helpdesk for a temporary code.",
        "Alles verloren? Verwenden Sie einen Wiederherstellungscode oder bitten Sie Ihren Helpdesk um einen Ersatzcode.";

    ways: "How you prove it is you", "So bestätigen Sie sich";
    ways_none: "Nothing is registered yet", "Noch ist nichts registriert";
    first_text: "Register your first way now, so that you are not stopped at your next sign-in.",
        "Registrieren Sie jetzt Ihre erste Methode, damit Ihre nächste Anmeldung nicht scheitert.";
    only_other_ways: "You prove it is you by codes that are sent to you, or in another browser. A way of your own is safer and quicker: register one now.",
        "Sie bestätigen sich mit Codes, die Ihnen gesendet werden, oder in einem anderen Browser. Eine eigene Methode ist sicherer und schneller: Registrieren Sie jetzt eine.";
    newcomer_text: "To register the first way, sign in once more with your password, or enter a code from your helpdesk. A session that was left open is not enough.",
        "Um die erste Methode zu registrieren, melden Sie sich noch einmal mit Ihrem Kennwort an oder geben Sie einen Code Ihres Helpdesks ein. Eine offen gelassene Sitzung genügt nicht.";
    silent_text: "To register the first way, enter a code from your helpdesk. Signing in once more would not do: your organisation's Entra does not tell us when you signed in.",
        "Um die erste Methode zu registrieren, geben Sie einen Code Ihres Helpdesks ein. Eine erneute Anmeldung genügt nicht: Das Entra Ihrer Organisation teilt uns nicht mit, wann Sie sich angemeldet haben.";
    code_text: "To register the first way, enter a code from your helpdesk. Your password alone is not enough.",
        "Um die erste Methode zu registrieren, geben Sie einen Code Ihres Helpdesks ein. Ihr Kennwort allein genügt nicht.";
    sign_in_again: "Sign in once more", "Noch einmal anmelden";
    helpdesk_code: "Code from your helpdesk", "Code Ihres Helpdesks";
    add: "Add another way", "Weitere Methode hinzufügen";
    add_first: "Register your first way", "Erste Methode registrieren";
    second_hint: "With two ways you are not locked out when one is lost.",
        "Mit zwei Methoden sind Sie nicht ausgesperrt, wenn eine verloren geht.";
    full: "You have as many ways as your organisation allows. Remove one to add another.",
        "Sie haben so viele Methoden, wie Ihre Organisation erlaubt. Entfernen Sie eine, um eine andere hinzuzufügen.";
    add_passkey: "Add a passkey", "Passkey hinzufügen";
    add_passkey_hint: "Your fingerprint, face or device PIN, or a security key. The safest and quickest way.",
        "Ihr Fingerabdruck, Gesicht, Ihre Geräte-PIN oder ein Sicherheitsschlüssel. Der sicherste und schnellste Weg.";
    add_totp: "Add an authenticator app", "Authenticator-App hinzufügen";
    add_totp_hint: "An app on your phone that shows a new code every half minute.",
        "Eine App auf Ihrem Telefon, die alle 30 Sekunden einen neuen Code zeigt.";
    needs_script: "Passkeys need scripts, which are off in this browser.",
        "Passkeys benötigen Skripte, die in diesem Browser ausgeschaltet sind.";
    name: "Name", "Bezeichnung";
    name_hint: "So that you know it again, for instance “Work phone”.",
        "Damit Sie sie wiedererkennen, zum Beispiel „Diensthandy“.";
    name_wrong: "A name has 1 to 60 characters.", "Eine Bezeichnung hat 1 bis 60 Zeichen.";
    scan: "Scan this with your authenticator app", "Scannen Sie dies mit Ihrer Authenticator-App";
    picture: "QR code of the key; the key itself follows", "QR-Code des Schlüssels; der Schlüssel selbst folgt";
    or_type: "Or type this key into the app", "Oder geben Sie diesen Schlüssel in der App ein";
    open_app: "Open in an app on this device", "In einer App auf diesem Gerät öffnen";
    copy: "Copy", "Kopieren";
    copied: "Copied", "Kopiert";
    confirm_code: "Code that the app shows now", "Code, den die App jetzt zeigt";
    confirm: "Confirm", "Bestätigen";

    quoted: "“{}”", "„{}“";
    kind_passkey: "Passkey", "Passkey";
    kind_totp: "Authenticator app", "Authenticator-App";
    kind_hotp: "Hardware token", "Hardware-Token";
    kind_recovery: "Recovery codes", "Wiederherstellungscodes";
    kind_temporary: "Temporary code", "Ersatzcode";
    kind_email: "Code by mail", "Code per E-Mail";
    kind_sms: "Code by text message", "Code per SMS";
    kind_voice: "Code by telephone call", "Code per Anruf";
    kind_push: "Agreed in another browser", "Zustimmung in einem anderen Browser";
    asked_push: "Asked in another browser", "Anfrage in einem anderen Browser";
    kind_device: "Remembered browser", "Gemerkter Browser";
    ways_kind: "Kind", "Art";
    ways_state: "State", "Zustand";
    state_active: "Ready", "Bereit";
    state_pending: "Not finished", "Nicht abgeschlossen";
    state_suspended: "Cannot be used", "Nicht verwendbar";
    unfit_add: "Add another one.", "Fügen Sie einen anderen hinzu.";
    unfit_next: "Use another way now, then add another key.",
        "Wählen Sie jetzt einen anderen Weg und fügen Sie danach einen anderen Schlüssel hinzu.";
    added: "Added", "Hinzugefügt";
    last_used: "Last used", "Zuletzt verwendet";
    never_used: "Not used yet", "Noch nicht verwendet";
    kept_in: "Kept", "Gespeichert";
    synced: "Copied to your other devices by their maker", "Vom Hersteller auf Ihre anderen Geräte übertragen";
    key_model: "Model", "Modell";
    on_device: "On one device alone", "Nur auf einem Gerät";
    serial: "Serial number", "Seriennummer";
    valid_until: "Valid until", "Gültig bis";
    rename: "Save the name", "Bezeichnung speichern";
    test: "Try it", "Ausprobieren";
    test_hint: "The code is judged and counted as at a sign-in: it is used up, and too many wrong ones lock you.",
        "Der Code wird wie bei einer Anmeldung geprüft und gezählt: Er ist danach verbraucht, und zu viele falsche sperren Sie.";
    test_key_hint: "It is judged as at a sign-in.", "Es wird wie bei einer Anmeldung geprüft.";
    test_works: "It works.", "Es funktioniert.";
    test_clock: "It works. The clock of the device is {} seconds off; set it to automatic time.",
        "Es funktioniert. Die Uhr des Geräts geht um {} Sekunden falsch; stellen Sie sie auf automatische Zeit.";
    test_other: "That was another one of yours: {}.", "Das war eine andere Ihrer Methoden: {}.";
    remove: "Remove", "Entfernen";
    remove_ask: "Remove “{}”?", "„{}“ entfernen?";
    remove_text: "It proves nothing from then on. On the device itself nothing changes; delete it there too.",
        "Danach bestätigt sie nichts mehr. Auf dem Gerät selbst ändert sich nichts; löschen Sie sie auch dort.";
    remove_least: "Your organisation asks for as many ways as you have. This one stays until you have added another one. If it is lost, report it lost.",
        "Ihre Organisation verlangt so viele Methoden, wie Sie haben. Diese bleibt, bis Sie eine andere hinzugefügt haben. Wenn sie verloren ist, melden Sie den Verlust.";
    remove_issued: "This code was made by your helpdesk, which alone can take it back.",
        "Diesen Code hat Ihr Helpdesk erstellt; nur er kann ihn zurücknehmen.";
    kind_off: "Your organisation does not use this kind of way.", "Ihre Organisation verwendet diese Art von Methode nicht.";
    no_guests: "Guests register nothing here. Ask your helpdesk.",
        "Gäste registrieren hier nichts. Fragen Sie Ihren Helpdesk.";
    not_new: "Nothing can be registered within this sign-in: there is a way to prove it is you, or your helpdesk has to help. Go back and load the page again.",
        "In dieser Anmeldung kann nichts registriert werden: Es gibt bereits einen Weg, sich zu bestätigen, oder Ihr Helpdesk muss helfen. Gehen Sie zurück und laden Sie die Seite neu.";
    remove_last: "This is your last way. Without it you would be stopped at your next sign-in, so it stays until you have added another one. If it is lost, report it lost.",
        "Dies ist Ihre letzte Methode. Ohne sie würde Ihre nächste Anmeldung scheitern, deshalb bleibt sie, bis Sie eine andere hinzugefügt haben. Wenn sie verloren ist, melden Sie den Verlust.";
    lost: "Report lost", "Verlust melden";
    lost_ask: "Report “{}” lost or stolen?", "„{}“ als verloren oder gestohlen melden?";
    lost_1: "It proves nothing from this moment on.", "Ab diesem Augenblick bestätigt sie nichts mehr.";
    lost_2: "Every remembered browser is forgotten, and every one in which you agree to sign-ins.",
        "Alle gemerkten Browser werden vergessen, ebenso alle, in denen Sie Anmeldungen zustimmen.";
    lost_3: "You are signed out of this page everywhere else.", "Sie werden auf dieser Seite überall sonst abgemeldet.";
    lost_4: "Your organisation's log says so.", "Es wird im Protokoll Ihrer Organisation vermerkt.";
    lost_done: "“{}” is reported lost", "Der Verlust von „{}“ ist gemeldet";
    lost_last: "That was your last way. Add another one now: once you leave this page, only your helpdesk can let you in.",
        "Das war Ihre letzte Methode. Fügen Sie jetzt eine andere hinzu: Wenn Sie diese Seite verlassen, kann nur Ihr Helpdesk Sie wieder einlassen.";
    next: "What to do next", "Was Sie als Nächstes tun sollten";
    next_phone: "If it was on a phone or computer: lock or erase the device from afar.",
        "Wenn sie auf einem Telefon oder Computer war: Sperren oder löschen Sie das Gerät aus der Ferne.";
    next_password: "If somebody may know your password: change it.",
        "Wenn jemand Ihr Kennwort kennen könnte: Ändern Sie es.";
    next_look: "Look through the activity for sign-ins that were not yours.",
        "Sehen Sie in der Aktivität nach Anmeldungen, die nicht von Ihnen waren.";
    next_helpdesk: "Tell your helpdesk.", "Informieren Sie Ihren Helpdesk.";
    ended_sessions: "Other sessions ended", "Andere Sitzungen beendet";
    ended_devices: "Browsers forgotten", "Browser vergessen";

    codes: "Recovery codes", "Wiederherstellungscodes";
    codes_text: "Ten codes for the day when everything else is lost. Each counts once. Print them or keep them in a password manager.",
        "Zehn Codes für den Tag, an dem alles andere verloren ist. Jeder gilt einmal. Drucken Sie sie aus oder bewahren Sie sie in einem Kennwortmanager auf.";
    codes_none: "You have none yet.", "Sie haben noch keine.";
    codes_left: "{} of them are left.", "Davon sind noch {} übrig.";
    missing: "Still to be registered: {}. Your organisation asks for more than you have.",
        "Noch zu registrieren: {}. Ihre Organisation verlangt mehr, als Sie haben.";
    codes_few: "Only {} left: make new ones.", "Nur noch {} übrig: Erstellen Sie neue.";
    codes_make: "Make recovery codes", "Wiederherstellungscodes erstellen";
    codes_renew: "Make new codes", "Neue Codes erstellen";
    codes_ask: "Make new recovery codes?", "Neue Wiederherstellungscodes erstellen?";
    codes_replace: "The codes that you have are worth nothing from then on.",
        "Die Codes, die Sie haben, gelten danach nicht mehr.";
    codes_shown: "Your recovery codes", "Ihre Wiederherstellungscodes";
    codes_once: "They are shown this once. Keep them before you go on.",
        "Sie werden nur dieses eine Mal gezeigt. Sichern Sie sie, bevor Sie weitergehen.";
    download: "Download", "Herunterladen";
    print: "Print", "Drucken";
    codes_kept: "I have kept them", "Ich habe sie gesichert";

    remembered: "Remembered browsers", "Gemerkte Browser";
    remembered_text: "They are not asked for a second factor for a while. Forget one that you do not use any more.",
        "Sie werden eine Zeit lang nicht nach einem zweiten Faktor gefragt. Vergessen Sie einen, den Sie nicht mehr verwenden.";
    remembered_none: "No browser is remembered.", "Es ist kein Browser gemerkt.";
    forget: "Forget", "Vergessen";
    forget_all: "Forget all", "Alle vergessen";
    until: "until", "bis";
    approvers: "Where you agree to sign-ins", "Wo Sie Anmeldungen zustimmen";
    approvers_text: "In these browsers you enter the number that another one shows.",
        "In diesen Browsern geben Sie die Zahl ein, die ein anderer zeigt.";
    approver_told: "tells you also when its page is closed", "gibt auch Bescheid, wenn seine Seite geschlossen ist";
    approvers_none: "You are not asked in any browser yet. Open this page in the browser where you want to be asked, or sign in there to an application and tick “Ask me here when I sign in elsewhere” while you prove it is you.",
        "Sie werden noch in keinem Browser gefragt. Öffnen Sie diese Seite in dem Browser, in dem Sie gefragt werden möchten, oder melden Sie sich dort bei einer Anwendung an und wählen Sie dabei „Hier fragen, wenn ich mich anderswo anmelde“.";
    approve_here: "Ask me in this browser", "In diesem Browser fragen";
    approve_open: "Open the page where you agree", "Seite öffnen, auf der Sie zustimmen";
    approve_failed: "This browser keeps no key, as in a private window, so it cannot ask you. Use another one.",
        "Dieser Browser bewahrt keinen Schlüssel auf, etwa in einem privaten Fenster, und kann Sie deshalb nicht fragen. Verwenden Sie einen anderen.";
    sessions: "Signed in to this page", "Auf dieser Seite angemeldet";
    session_own: "This browser", "Dieser Browser";
    since: "since", "seit";
    last_seen: "last seen", "zuletzt gesehen";
    end_others: "Sign out everywhere else", "Überall sonst abmelden";

    activity_text: "What was tried in your name. If something was not you, say so.",
        "Was in Ihrem Namen versucht wurde. Wenn etwas nicht von Ihnen war, sagen Sie es.";
    activity_none: "Nothing was tried yet.", "Noch wurde nichts versucht.";
    activity_all: "All activity", "Alle Aktivitäten";
    older: "Older", "Ältere";
    not_me: "This was not me", "Das war ich nicht";
    not_me_ask: "Was this not you?", "Waren Sie das nicht?";
    not_me_1: "You are signed out of this page everywhere else.", "Sie werden auf dieser Seite überall sonst abgemeldet.";
    not_me_2: "Every remembered browser is forgotten, and every one in which you agree to sign-ins. You can set them up again.",
        "Alle gemerkten Browser werden vergessen, ebenso alle, in denen Sie Anmeldungen zustimmen. Sie können sie neu einrichten.";
    not_me_3: "Your organisation is told.", "Ihre Organisation wird informiert.";
    not_me_done: "Thank you, it is noted", "Danke, es ist vermerkt";
    next_ways: "Look through your ways for one that you do not know, and report it lost.",
        "Sehen Sie Ihre Methoden nach einer durch, die Sie nicht kennen, und melden Sie deren Verlust.";
    next_passed: "Whoever it was got in: change your password now and call your helpdesk.",
        "Die fremde Anmeldung war erfolgreich: Ändern Sie jetzt Ihr Kennwort und rufen Sie Ihren Helpdesk an.";
    disowned: "You said that this was not you.", "Sie haben angegeben, dass Sie das nicht waren.";
    address: "From", "Von";
    address_in: "from", "von";
    unknown_place: "an unknown address", "einer unbekannten Adresse";
    unknown_browser: "Unknown browser", "Unbekannter Browser";
    here: "at this page", "auf dieser Seite";
    on: "on", "unter";

    outcome_passed: "Signed in", "Angemeldet";
    outcome_registered: "Registered", "Registriert";
    outcome_refused: "Refused", "Abgelehnt";
    outcome_declined: "Given up", "Abgebrochen";
    outcome_error: "Failed", "Fehlgeschlagen";
    why_wrong: "The code was wrong.", "Der Code war falsch.";
    why_used: "The code had been used before.", "Der Code war schon verwendet.";
    why_clock: "The clock of the device was off.", "Die Uhr des Geräts ging falsch.";
    why_no_factor: "There was nothing registered that such a code could be of.",
        "Es war nichts registriert, wozu ein solcher Code gehören könnte.";
    why_expired: "The code had expired.", "Der Code war abgelaufen.";
    why_malformed: "It did not look like a code.", "Es sah nicht wie ein Code aus.";
    why_waits: "There had been too many wrong codes; it was not looked at.",
        "Es hatte zu viele falsche Codes gegeben; er wurde nicht geprüft.";
    why_locked: "You were locked after too many wrong codes.", "Sie waren nach zu vielen falschen Codes gesperrt.";
    why_suspended: "Your account could not be used then.", "Ihr Konto konnte da nicht verwendet werden.";
    why_passkey: "The passkey could not be used.", "Der Passkey konnte nicht verwendet werden.";
    why_slow: "It took too long.", "Es hat zu lange gedauert.";
    why_given_up: "The sign-in was cancelled.", "Die Anmeldung wurde abgebrochen.";
    why_number: "Another number was typed than the one that was shown.", "Es wurde eine andere Nummer eingegeben als die angezeigte.";
    why_not_me: "You said that it was not you.", "Sie haben angegeben, dass Sie es nicht waren.";
    why_not_sent: "The code could not be sent.", "Der Code konnte nicht gesendet werden.";
    why_other: "The sign-in could not be completed.", "Die Anmeldung konnte nicht abgeschlossen werden.";

    not_in: "You are not signed in", "Sie sind nicht angemeldet";
    in_over: "This way in was used before, took too long, or was begun in another browser. Begin again.",
        "Dieser Weg wurde schon benutzt, hat zu lange gedauert oder wurde in einem anderen Browser begonnen. Beginnen Sie noch einmal.";
    in_declined: "You gave it up at the sign-in page. Nothing was changed.",
        "Sie haben die Anmeldung abgebrochen. Es wurde nichts geändert.";
    in_refused: "The sign-in service did not answer as it should. Your helpdesk finds the reason in the log of attempts.",
        "Der Anmeldedienst hat nicht wie erwartet geantwortet. Ihr Helpdesk findet den Grund im Protokoll der Versuche.";
    in_unreachable: "The sign-in service cannot be reached for now. Try again in a few minutes.",
        "Der Anmeldedienst ist zurzeit nicht erreichbar. Versuchen Sie es in einigen Minuten noch einmal.";
    in_somebody: "Somebody else signed in than the session was of. That session has ended; sign in again.",
        "Es hat sich jemand anderes angemeldet als die Person der Sitzung. Diese Sitzung ist beendet; melden Sie sich erneut an.";

    said_signed_out: "You are signed out.", "Sie sind abgemeldet.";
    said_ended: "Your session has ended. Sign in again.", "Ihre Sitzung ist beendet. Melden Sie sich erneut an.";
    said_added: "It is added.", "Sie ist hinzugefügt.";
    said_removed: "It is removed.", "Sie ist entfernt.";
    said_renamed: "The name is saved.", "Die Bezeichnung ist gespeichert.";
    said_forgotten: "It is forgotten.", "Er ist vergessen.";
    said_sessions: "You are signed out everywhere else.", "Sie sind überall sonst abgemeldet.";
    said_model: "Your organisation does not take this kind of key. Use another one, or another way; your helpdesk knows which.",
        "Ihre Organisation akzeptiert diese Art von Schlüssel nicht. Verwenden Sie einen anderen oder eine andere Methode; Ihr Helpdesk weiß, welche.";
    said_failed: "The passkey could not be registered. Try again, or use another one.",
        "Der Passkey konnte nicht registriert werden. Versuchen Sie es noch einmal oder verwenden Sie einen anderen.";
}

impl Texts {
    /// The language that a browser asks for.
    pub fn of(headers: &HeaderMap) -> &'static Self {
        if wants_german(headers) { &GERMAN } else { &ENGLISH }
    }

    /// What was just done, by the word in the address; nothing for words that are not ours.
    pub fn said(&self, word: &str) -> &'static str {
        match word {
            "signed-out" => self.said_signed_out,
            "ended" => self.said_ended,
            "added" => self.said_added,
            "removed" => self.said_removed,
            "renamed" => self.said_renamed,
            "forgotten" => self.said_forgotten,
            "sessions" => self.said_sessions,
            "failed" => self.said_failed,
            "model" => self.said_model,
            _ => "",
        }
    }

    /// What is said of proving oneself in other ways: the same as at a sign-in.
    pub fn proving(&self) -> &'static proving::Texts {
        if self.tag == proving::GERMAN.tag { &proving::GERMAN } else { &proving::ENGLISH }
    }

    /// What a person is told of a refusal.
    pub fn told(&self, told: Told) -> Said {
        refusals::told(self.tag, told)
    }

    /// What a person is told who is locked.
    pub fn locked(&self) -> &'static str {
        refusals::of(self.tag).locked
    }

    /// What a person is told whose passkey was not used.
    pub fn passkey_failed(&self) -> &'static str {
        refusals::of(self.tag).passkey_failed
    }

    /// Which rule forbids something, and what to do about it.
    pub fn forbidden(&self, rule: FactorRule) -> &'static str {
        match rule {
            FactorRule::Last => self.remove_last,
            FactorRule::Least => self.remove_least,
            FactorRule::Issued => self.remove_issued,
            FactorRule::Most => self.full,
            FactorRule::KindOff => self.kind_off,
            FactorRule::NoGuests => self.no_guests,
            FactorRule::NotNew => self.not_new,
            FactorRule::Suspended => refusals::of(self.tag).suspended,
        }
    }

    /// Why somebody is not let in.
    pub fn not_in(&self, why: NotIn) -> &'static str {
        match why {
            NotIn::Over => self.in_over,
            NotIn::Declined => self.in_declined,
            NotIn::Refused => self.in_refused,
            NotIn::Unreachable => self.in_unreachable,
            NotIn::Suspended => refusals::of(self.tag).suspended,
            NotIn::SomebodyElse => self.in_somebody,
        }
    }

    /// Why an attempt ended as it did; empty where the outcome says it all.
    pub fn why(&self, reason: &str) -> &'static str {
        match reason {
            "proven" | "registered" => "",
            "wrong_code" | "code_not_approved" => self.why_wrong,
            "code_used" => self.why_used,
            "clock_off" => self.why_clock,
            "no_factor" => self.why_no_factor,
            "code_expired" => self.why_expired,
            "malformed_code" => self.why_malformed,
            "waits" | "source_waits" | "too_many_tries" => self.why_waits,
            "locked" => self.why_locked,
            "suspended" => self.why_suspended,
            "unknown_credential" | "assertion_rejected" | "credential_cloned" => self.why_passkey,
            "model_not_taken" => self.said_model,
            "ceremony_over" => self.why_slow,
            "given_up" => self.why_given_up,
            "wrong_number" => self.why_number,
            "not_me" => self.why_not_me,
            "code_not_sent" | "code_not_delivered" => self.why_not_sent,
            _ => self.why_other,
        }
    }
}

/// A sentence with something in its gap.
pub fn filled(sentence: &str, with: impl std::fmt::Display) -> String {
    sentence.replace("{}", &with.to_string())
}

#[cfg(test)]
mod tests {
    use super::{ENGLISH, GERMAN};

    #[test]
    fn every_sentence_is_said_in_both_languages_with_the_same_gaps() {
        for ((name, english), (_, german)) in ENGLISH.all().into_iter().zip(GERMAN.all()) {
            assert!(!english.is_empty() && !german.is_empty(), "{name}");
            assert!(english != german || ["code", "kind_passkey"].contains(&name), "{name} is not translated");
            assert_eq!(english.matches("{}").count(), german.matches("{}").count(), "{name}");
        }
    }

    #[test]
    fn whatever_stands_in_the_address_no_foreign_sentence_is_said() {
        for word in ["", "<script>", "Signed-Out", "added%20"] {
            assert_eq!(ENGLISH.said(word), "");
        }
        assert_eq!(GERMAN.said("added"), "Sie ist hinzugefügt.");
    }
}
