//! What people are told while they prove themselves, in their language. A language is whole or it does not compile.

use http::HeaderMap;
use kernel::Timestamp;
use mfa::FactorKind;
use mfa::factors::Told;
use mfa::outofband::NotSent;

use crate::me::texts as portal;
use crate::refusals::{self, Said};
use crate::texts::{texts, wants_german};

texts! {
    prove: "Prove it is you", "Bestätigen Sie, dass Sie es sind";
    signing_in: "You are signing in as", "Sie melden sich an als";
    portal: "My sign-in", "Meine Anmeldung";
    time_left: "Time left:", "Verbleibende Zeit:";
    time_over: "The time is over. Go back to the application and sign in again.",
        "Die Zeit ist abgelaufen. Gehen Sie zurück zur Anwendung und melden Sie sich erneut an.";
    passkey: "Use your passkey", "Passkey verwenden";
    no_passkey_here: "This view cannot use passkeys. Use a code, or open the application in your browser.",
        "In dieser Ansicht sind keine Passkeys möglich. Verwenden Sie einen Code oder öffnen Sie die Anwendung im Browser.";
    code: "Code", "Code";
    code_hint: "From your authenticator app or token; a recovery or temporary code counts too.",
        "Aus Ihrer Authenticator-App oder Ihrem Token; auch ein Wiederherstellungs- oder Ersatzcode gilt.";
    check: "Check the code", "Code prüfen";
    cancel: "Cancel this sign-in", "Diese Anmeldung abbrechen";
    nothing: "You have no way to prove yourself yet", "Sie haben noch keine Bestätigungsmethode";
    wrong_model: "Your organisation does not take this kind of key. Use another one, or another way; your helpdesk knows which.",
        "Ihre Organisation akzeptiert diese Art von Schlüssel nicht. Verwenden Sie einen anderen oder eine andere Methode; Ihr Helpdesk weiß, welche.";
    unfit_name: "Your key", "Ihr Schlüssel";
    unfit_badge: "Does not count here", "Gilt hier nicht";
    unfit_key: "This key no longer counts here: your organisation accepts other models.",
        "Dieser Schlüssel gilt hier nicht mehr: Ihre Organisation akzeptiert andere Modelle.";
    unfit_next: "Use another way now, and add another key at “My sign-in”.",
        "Wählen Sie jetzt einen anderen Weg und fügen Sie bei „Meine Anmeldung“ einen anderen Schlüssel hinzu.";
    unfit_some: "One of your keys no longer counts here: your organisation accepts other models. Use one that does, or another way.",
        "Einer Ihrer Schlüssel gilt hier nicht mehr: Ihre Organisation akzeptiert andere Modelle. Verwenden Sie einen, der gilt, oder einen anderen Weg.";
    unread: "Where a code can be sent to you cannot be read for now. Try again in a minute.",
        "Wohin Ihnen ein Code gesendet werden kann, lässt sich zurzeit nicht lesen. Versuchen Sie es in einer Minute noch einmal.";
    try_again: "Try again", "Noch einmal versuchen";
    ask_helpdesk: "Ask your helpdesk to help you register one, then sign in again. Tell them the sign-in's number below.",
        "Bitten Sie Ihren Helpdesk um Hilfe bei der Registrierung und melden Sie sich dann erneut an. Nennen Sie die Nummer der Anmeldung unten.";
    none_fits: "Nothing that you have registered counts for this sign-in. Ask your helpdesk, and tell them the sign-in's number below.",
        "Keine Ihrer registrierten Methoden gilt für diese Anmeldung. Fragen Sie Ihren Helpdesk und nennen Sie die Nummer der Anmeldung unten.";
    enrol: "Register how you prove yourself", "Bestätigungsmethode registrieren";
    enrol_text: "You do this once. Afterwards you are signed in.", "Das tun Sie nur einmal. Danach sind Sie angemeldet.";
    enrol_passkey: "Register a passkey", "Passkey registrieren";
    enrol_passkey_hint: "Your fingerprint, face or device PIN, or a security key. The safest and quickest way.",
        "Ihr Fingerabdruck, Gesicht, Ihre Geräte-PIN oder ein Sicherheitsschlüssel. Der sicherste und schnellste Weg.";
    enrol_totp: "Use an authenticator app", "Authenticator-App verwenden";
    enrol_totp_hint: "An app on your phone that shows a new code every half minute.",
        "Eine App auf Ihrem Telefon, die alle 30 Sekunden einen neuen Code zeigt.";
    scan: "Scan this with your authenticator app", "Scannen Sie dies mit Ihrer Authenticator-App";
    picture: "QR code of the key; the key itself follows", "QR-Code des Schlüssels; der Schlüssel selbst folgt";
    or_type: "Or type this key into the app:", "Oder geben Sie diesen Schlüssel in der App ein:";
    copy: "Copy", "Kopieren";
    copied: "Copied", "Kopiert";
    open_app: "Open in an app on this device", "In einer App auf diesem Gerät öffnen";
    confirm_code: "Code that the app shows now", "Code, den die App jetzt zeigt";
    confirm: "Confirm", "Bestätigen";
    send_email: "Send a code to", "Code senden an";
    send_sms: "Text a code to", "Code per SMS an";
    send_voice: "Call with a code:", "Mit einem Code anrufen:";
    send_again: "Again", "Noch einmal";
    sent_to: "A code is on its way to", "Ein Code ist unterwegs an";
    sent_hint: "The code that was sent to you just now.", "Der Code, den Sie gerade erhalten haben.";
    sent_or_code_hint: "The code that was sent to you just now, or one of your authenticator app or token.",
        "Der Code, den Sie gerade erhalten haben, oder einer aus Ihrer Authenticator-App oder Ihrem Token.";
    send_wait: "A code was sent just now. Another one can be sent in a moment.",
        "Gerade wurde ein Code gesendet. In einem Augenblick kann ein weiterer gesendet werden.";
    send_spent: "No more codes can be sent today. Use another way, or ask your helpdesk.",
        "Heute können keine Codes mehr gesendet werden. Wählen Sie einen anderen Weg oder fragen Sie Ihren Helpdesk.";
    send_failed: "The code could not be sent. Try again, or use another way.",
        "Der Code konnte nicht gesendet werden. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.";
    send_not_offered: "No code can be sent there. Use another way, or ask your helpdesk.",
        "Dorthin kann kein Code gesendet werden. Wählen Sie einen anderen Weg oder fragen Sie Ihren Helpdesk.";
    message_subject: "Your code", "Ihr Code";
    message: "Your code is {code}. It counts for {minutes} minutes. If you are not signing in right now, tell your helpdesk.",
        "Ihr Code lautet {code}. Er gilt {minutes} Minuten. Wenn Sie sich gerade nicht anmelden, verständigen Sie Ihren Helpdesk.";
    device_unknown: "This browser is not remembered any more. Use another way.",
        "Dieser Browser ist nicht mehr gemerkt. Wählen Sie einen anderen Weg.";
    keep: "This browser is mine", "Dieser Browser gehört mir";
    keep_hint: "Not on a computer that others use.", "Nicht auf einem Computer, den andere benutzen.";
    remember: "Do not ask again here for", "Hier nicht mehr fragen, für";
    days: "days", "Tage";
    approve_here: "Ask me here when I sign in elsewhere", "Hier fragen, wenn ich mich anderswo anmelde";
    push: "Agree in another browser of yours", "In einem anderen Browser zustimmen";
    push_title: "Agree in your other browser", "Im anderen Browser zustimmen";
    push_open: "In the browser where you are asked, open", "Öffnen Sie in dem Browser, in dem Sie gefragt werden:";
    push_type: "Type this number there:", "Geben Sie dort diese Nummer ein:";
    push_number: "The number is", "Die Nummer lautet";
    push_waiting: "Waiting for you to agree there …", "Warten, bis Sie dort zustimmen …";
    push_approved: "You have agreed.", "Sie haben zugestimmt.";
    push_over: "You did not agree to this sign-in, or it took too long. Use another way.",
        "Sie haben dieser Anmeldung nicht zugestimmt, oder es hat zu lange gedauert. Wählen Sie einen anderen Weg.";
    push_nowhere: "None of your other browsers can be asked now. Use another way.",
        "Zurzeit kann keiner Ihrer anderen Browser gefragt werden. Wählen Sie einen anderen Weg.";
    push_locked: "You were asked too often. For an hour you are not asked in other browsers. Use another way.",
        "Sie wurden zu oft gefragt. Eine Stunde lang werden Sie nicht in anderen Browsern gefragt. Wählen Sie einen anderen Weg.";
    another_way: "Use another way", "Anderen Weg wählen";
    approve_title: "Sign-ins elsewhere", "Anmeldungen anderswo";
    approve_asked: "Is this you?", "Sind Sie das?";
    approve_as: "You are asked as", "Sie werden gefragt als";
    approve_nothing: "Nobody is signing in as you right now.", "Zurzeit meldet sich niemand unter Ihrem Namen an.";
    approve_keep_open: "Keep this page open while you sign in elsewhere. It notices by itself.",
        "Lassen Sie diese Seite offen, während Sie sich anderswo anmelden. Sie bemerkt es von selbst.";
    approve_where: "For", "Für";
    approve_portal: "My sign-in: to see and change how you prove it is you",
        "Meine Anmeldung: um zu sehen und zu ändern, wie Sie sich bestätigen";
    approve_when: "When", "Wann";
    approve_address: "From the address", "Von der Adresse";
    approve_browser: "In the browser", "Im Browser";
    approve_nobody_knows: "not known", "nicht bekannt";
    approve_number: "Number", "Nummer";
    approve_number_hint: "The two digits on the page where you sign in.", "Die zwei Ziffern auf der Seite, auf der Sie sich anmelden.";
    approve_agree: "Yes, it is me", "Ja, das bin ich";
    approve_not_me: "No, it is not me", "Nein, das bin ich nicht";
    approve_agreed: "You have agreed. The sign-in goes on there.", "Sie haben zugestimmt. Die Anmeldung geht dort weiter.";
    approve_wrong_number: "That is another number than the one shown there. Look again.",
        "Dort steht eine andere Nummer. Sehen Sie noch einmal nach.";
    approve_over: "This sign-in does not wait any more.", "Diese Anmeldung wartet nicht mehr.";
    approve_denied: "The sign-in has ended, and your organisation was told. If somebody knows your password, change it now.",
        "Die Anmeldung wurde beendet und Ihre Organisation benachrichtigt. Falls jemand Ihr Kennwort kennt, ändern Sie es jetzt.";
    approve_no_key: "This browser's key is gone. Open this page anew.",
        "Der Schlüssel dieses Browsers ist nicht mehr da. Öffnen Sie diese Seite neu.";
    closed_title: "While this page is closed", "Solange diese Seite geschlossen ist";
    closed_offer: "Tell me here also when this page is closed", "Hier auch Bescheid geben, wenn diese Seite geschlossen ist";
    closed_hint: "Your browser’s own push service passes it on. It learns nothing but that there is something to look at.",
        "Der Push-Dienst Ihres Browsers gibt es weiter. Er erfährt nur, dass es etwas anzusehen gibt.";
    closed_on: "You are told here also when this page is closed.",
        "Ihnen wird hier auch Bescheid gegeben, wenn diese Seite geschlossen ist.";
    closed_end: "No longer when it is closed", "Nicht mehr, wenn sie geschlossen ist";
    closed_begun: "From now on you are told here also when this page is closed.",
        "Ab jetzt wird Ihnen hier auch Bescheid gegeben, wenn diese Seite geschlossen ist.";
    closed_ended: "You are told here only while this page is open.",
        "Ihnen wird hier nur noch Bescheid gegeben, solange diese Seite offen ist.";
    closed_unable: "This browser cannot tell you when this page is closed. Keep it open while you sign in elsewhere.",
        "Dieser Browser kann Ihnen nicht Bescheid geben, wenn diese Seite geschlossen ist. Lassen Sie sie offen, während Sie sich anderswo anmelden.";
    closed_install: "An iPhone or iPad (iOS 16.4 or later) tells you while this page is closed once it is on the home screen: tap Share, then “Add to Home Screen”. Open it there, and under “Browsers” have it ask you.",
        "Ein iPhone oder iPad (ab iOS 16.4) gibt Ihnen bei geschlossener Seite Bescheid, wenn sie auf dem Home-Bildschirm liegt: Tippen Sie auf „Teilen“ und dann auf „Zum Home-Bildschirm“. Öffnen Sie sie dort und lassen Sie sich unter „Browser“ auch dort fragen.";
    closed_blocked: "This browser does not let this page notify you. Allow it in the browser’s settings for this site and load the page again, or keep it open while you sign in elsewhere.",
        "Dieser Browser lässt keine Benachrichtigungen dieser Seite zu. Erlauben Sie sie in den Einstellungen des Browsers für diese Website und laden Sie die Seite neu, oder lassen Sie sie offen, während Sie sich anderswo anmelden.";
    closed_failed: "The push service of this browser does not answer. Try again later, and keep this page open while you sign in elsewhere.",
        "Der Push-Dienst dieses Browsers antwortet nicht. Versuchen Sie es später noch einmal und lassen Sie diese Seite offen, während Sie sich anderswo anmelden.";
    closed_not_taken: "Your organisation does not use the push service of this browser. Keep this page open while you sign in elsewhere.",
        "Ihre Organisation verwendet den Push-Dienst dieses Browsers nicht. Lassen Sie diese Seite offen, während Sie sich anderswo anmelden.";
    approve_looking: "Looking for this browser's key …", "Der Schlüssel dieses Browsers wird gesucht …";
    approve_needs_script: "This page needs scripts: they sign with this browser's key.",
        "Diese Seite braucht Skripte: Sie unterschreiben mit dem Schlüssel dieses Browsers.";
    approve_unknown: "You are not asked in this browser yet.", "In diesem Browser werden Sie noch nicht gefragt.";
    approve_unknown_hint: "Have this browser ask you: at “My sign-in”, under “Browsers”. Or tick “Ask me here when I sign in elsewhere” when you sign in here to an application.",
        "Lassen Sie sich in diesem Browser fragen: bei „Meine Anmeldung“ unter „Browser“. Oder wählen Sie „Hier fragen, wenn ich mich anderswo anmelde“, wenn Sie sich hier bei einer Anwendung anmelden.";
    approve_go: "Go to “My sign-in”", "Zu „Meine Anmeldung“";
    number: "Number of this sign-in", "Nummer dieser Anmeldung";
    handing_over: "Going back to Microsoft Entra ID", "Zurück zu Microsoft Entra ID";
    hand_over_text: "If nothing happens, press the button.", "Wenn nichts geschieht, drücken Sie den Knopf.";
    go_on: "Continue", "Weiter";
    over: "This sign-in has ended", "Diese Anmeldung ist beendet";
    over_text: "It was answered, it took too long, or your browser kept no cookie for it. Allow cookies for this site, go back to the application and sign in again.",
        "Sie wurde beantwortet, sie hat zu lange gedauert, oder Ihr Browser hat kein Cookie dafür behalten. Erlauben Sie Cookies für diese Website, gehen Sie zurück zur Anwendung und melden Sie sich erneut an.";
    not_done: "This was not carried out", "Das wurde nicht ausgeführt";
    not_done_text: "The request did not come from the page that was open here. Load the page again and repeat it.",
        "Die Anfrage kam nicht von der Seite, die hier offen war. Laden Sie die Seite neu und versuchen Sie es noch einmal.";
    not_fitting: "It does not fit how things are now. Go back, load the page again and repeat it.",
        "Es passt nicht zum jetzigen Stand. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.";
    not_now: "This does not work for now", "Das geht zurzeit nicht";
    not_now_text: "Wait a minute and try again. If it does not help, give your helpdesk the words below.",
        "Warten Sie eine Minute und versuchen Sie es noch einmal. Wenn das nicht hilft, nennen Sie Ihrem Helpdesk die Angaben unten.";
    no_page: "There is nothing here", "Hier ist nichts";
    no_page_text: "It may have been removed, or the address may be wrong.",
        "Es wurde vielleicht entfernt, oder die Adresse ist falsch.";
    skip: "Skip to the content", "Zum Inhalt springen";
    refused: "This request cannot be answered", "Diese Anfrage kann nicht beantwortet werden";
    refused_text: "It did not come from the sign-in service of your organisation, or it was changed on its way. Go back to the application and sign in again. If that does not help, give this word to your helpdesk:",
        "Sie kam nicht vom Anmeldedienst Ihrer Organisation oder wurde unterwegs verändert. Gehen Sie zurück zur Anwendung und melden Sie sich erneut an. Wenn das nicht hilft, nennen Sie Ihrem Helpdesk dieses Wort:";
}

impl Texts {
    /// The language that a browser asks for; English where it asks for none of ours.
    pub fn of(headers: &HeaderMap) -> &'static Self {
        if wants_german(headers) { &GERMAN } else { &ENGLISH }
    }

    /// What is said at the portal, in the same language.
    pub fn of_portal(&self) -> &'static portal::Texts {
        if self.tag == portal::GERMAN.tag { &portal::GERMAN } else { &portal::ENGLISH }
    }

    /// What a person is told of a refusal.
    pub fn told(&self, told: Told) -> Said {
        refusals::told(self.tag, told)
    }

    /// What a person is told to whom no code was sent.
    pub fn not_sent(&self, why: &NotSent, now: Timestamp) -> Said {
        match why {
            NotSent::NotOffered => self.send_not_offered.into(),
            NotSent::Closed(refusal) => self.told(refusal.told(now)),
            NotSent::Wait { .. } => self.send_wait.into(),
            NotSent::Spent => self.send_spent.into(),
            NotSent::Failed => self.send_failed.into(),
        }
    }

    /// How a code is sent, on a button before the address.
    pub fn way(&self, way: FactorKind) -> &'static str {
        match way {
            FactorKind::Sms => self.send_sms,
            FactorKind::Voice => self.send_voice,
            _ => self.send_email,
        }
    }

    /// What a person is told who is locked.
    pub fn locked(&self) -> &'static str {
        refusals::of(self.tag).locked
    }

    /// What a person is told whose passkey was not used.
    pub fn passkey_failed(&self) -> &'static str {
        refusals::of(self.tag).passkey_failed
    }
}

#[cfg(test)]
mod tests {
    use super::{ENGLISH, GERMAN};

    #[test]
    fn every_sentence_is_said_in_both_languages() {
        for ((name, english), (_, german)) in ENGLISH.all().into_iter().zip(GERMAN.all()) {
            assert!(!english.is_empty() && !german.is_empty(), "{name}");
            assert!(english != german || name == "code", "{name} is not translated");
        }
    }
}
