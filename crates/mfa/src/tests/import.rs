//! Tokens of another product, from Entra's list, from ours, and from key containers.

use std::collections::BTreeMap;

use directory::State;
use kernel::{PageRequest, Secret};
use testkit::on_each_database;
use uuid::Uuid;

use super::desk::{Desk, proven};
use super::entra::MIA;
use super::post::PostOffice;
use crate::MfaError;
use crate::accounts::AccountFilter;
use crate::factors::otp::Shape;
use crate::import::{ImportFormat, ImportReport, ImportRequest};
use crate::model::FactorKind;
use crate::permissions::{ImportFactors, ReadMfa};
use crate::providers::ProviderUpdate;
use crate::settings::Settings;

const SEED: &[u8] = b"12345678901234567890";
/// [`SEED`] in base32.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// RFC 6030 §6.1: the key shared beforehand, the secret under it, and what protects it.
const SHARED: &str = "12345678901234567890123456789012";
const SEALED: &str = "AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv";
const MAC_KEY: &str = "ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX";
const MAC: &str = "Su+NvtQfmvfJzF6bmQiJqoLRExc=";

fn request(format: ImportFormat, text: impl Into<String>) -> ImportRequest {
    ImportRequest { format, text: Secret::new(text.into()), key: None, people: BTreeMap::new(), skip_errors: false }
}

fn csv(text: impl Into<String>) -> ImportRequest {
    request(ImportFormat::Csv, text)
}

async fn import(desk: &Desk, wanted: &ImportRequest) -> Result<ImportReport, MfaError> {
    desk.hall.mfa.import_factors(&desk.may(ImportFactors { tenant: desk.hall.tenant }), wanted).await
}

/// What is wrong, line by line.
async fn errors(desk: &Desk, wanted: &ImportRequest) -> Vec<(usize, String)> {
    let may = desk.may(ImportFactors { tenant: desk.hall.tenant });
    let report = desk.hall.mfa.preview_import(&may, wanted).await.unwrap();
    report.lines.into_iter().filter_map(|line| Some((line.line, line.error?))).collect()
}

#[tokio::test]
async fn entras_list_is_taken_with_names_that_the_directory_knows() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.directory_says(State::Active, None).await;
        let text = format!(
            "\u{feff}upn,serial number,secret key,time interval,manufacturer,model\r\n\
             MIA@contoso.example,\"12,34\",{SECRET},60,Contoso,HardwareKey\r\n\r\n\
             nobody@contoso.example,5678,{SECRET},30,Contoso,HardwareKey\r\n"
        );
        let mut wanted = csv(text);
        assert_eq!(
            errors(&desk, &wanted).await,
            [(4, "nobody of that name is in the directory of this tenant".to_owned())]
        );
        let report = import(&desk, &wanted).await.unwrap();
        assert_eq!((report.written, report.imported, report.errors), (false, 1, 1), "all lines or none");
        let factors = desk.hall.mfa.list_factors(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
        assert!(factors.is_empty());
        wanted.skip_errors = true;
        assert!(import(&desk, &wanted).await.unwrap().written);
        let again = import(&desk, &wanted).await.unwrap();
        assert_eq!((again.written, again.known), (false, 1), "it is there already");
        let factors = desk.hall.mfa.list_factors(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
        assert_eq!(factors.len(), 1);
        assert_eq!((factors[0].kind, factors[0].serial.as_deref()), (FactorKind::Totp, Some("12,34")));
        let shape = Shape { period: 60, ..Shape::default() };
        let code = shape.code(SEED, shape.step_at(desk.hall.db.env.now().seconds()));
        proven(desk.show(&code).await);
    })
    .await;
}

#[tokio::test]
async fn our_list_takes_people_whom_nobody_knows_yet_and_tokens_that_count() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let hex = SEED.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        let text = format!(
            "object_id,label,secret,encoding,kind,digits,counter,serial\n\
             {MIA},mia,{hex},hex,hotp,8,7,A1\n{},new@contoso.example,{SECRET},,totp,,,A2\n",
            Uuid::from_u128(77)
        );
        let report = import(&desk, &csv(text)).await.unwrap();
        assert_eq!((report.written, report.imported), (true, 2), "{report:?}");
        let shape = Shape { period: 0, digits: 8, ..Shape::default() };
        assert_eq!(desk.refusal(&shape.code(SEED, 6)).await.code(), "code_used", "below the counter");
        assert_eq!(proven(desk.show(&shape.code(SEED, 7)).await).kind(), FactorKind::Hotp);
        assert_eq!(desk.refusal(&shape.code(SEED, 7)).await.code(), "code_used");
        let (may, all, page) = (desk.may(ReadMfa {}), AccountFilter::default(), PageRequest::default());
        let everybody = desk.hall.mfa.list_accounts(&may, &all, &page).await.unwrap();
        let labels: Vec<String> = everybody.items.into_iter().map(|account| account.label).collect();
        assert_eq!(labels, ["mia@contoso.example", "new@contoso.example"]);
        let events = desk.events().await;
        assert_eq!(events.iter().filter(|name| *name == "mfa.factor_added").count(), 2);
        assert!(events.contains(&"mfa.factors_imported".to_owned()));
        let stolen = csv(format!("object_id,secret,serial\n{MIA},{SECRET},A2\n"));
        assert_eq!(
            errors(&desk, &stolen).await,
            [(2, "the token of this serial number is somebody else's".to_owned())]
        );
    })
    .await;
}

#[tokio::test]
async fn guests_and_people_whom_the_directory_does_not_hold_are_told_before_anything_is_written() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.directory_says(State::Active, None).await;
        let (new, guest) = (Uuid::from_u128(77), Uuid::from_u128(78));
        let text = format!(
            "object_id,label,secret\n{MIA},mia,{SECRET}\n{new},new@contoso.example,{SECRET}\n\
             {guest},kim_home.example#EXT#@contoso.example,{SECRET}\n,who,{SECRET}\n"
        );
        let may = desk.may(ImportFactors { tenant: desk.hall.tenant });
        let seen = desk.hall.mfa.preview_import(&may, &csv(text.clone())).await.unwrap();
        let told: Vec<_> =
            seen.lines.iter().map(|line| (line.in_directory, line.guest, line.warning.as_deref())).collect();
        let (strange, both) =
            ("the directory does not hold this person", "the directory does not hold this person; it is a guest");
        let expected = [
            (Some(true), Some(false), None),
            (Some(false), Some(false), Some(strange)),
            (Some(false), Some(true), Some(both)),
            (None, None, None),
        ];
        assert_eq!(told, expected, "{seen:?}");
        assert_eq!((seen.written, seen.guests, seen.strangers, seen.errors), (false, 1, 2, 1));
        let (reader, page) = (desk.may(ReadMfa {}), PageRequest::default());
        let everybody = desk.hall.mfa.list_accounts(&reader, &AccountFilter::default(), &page).await.unwrap().items;
        assert_eq!(everybody.len(), 1, "nothing is written");
        let written = import(&desk, &ImportRequest { skip_errors: true, ..csv(text) }).await.unwrap();
        assert!(written.written, "{written:?}");
        desk.directory_says(State::Disabled, None).await;
        let again = csv(format!("object_id,secret\n{MIA},{SECRET}\n"));
        let again = desk.hall.mfa.preview_import(&may, &again).await.unwrap();
        let remark = again.lines[0].warning.as_deref();
        assert_eq!(remark, Some("the directory has the person disabled or deleted"));
    })
    .await;
}

#[tokio::test]
async fn each_line_says_what_is_wrong_with_it_and_no_line_says_its_key() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        let head = "object_id,tenant,secret,digits,period,algorithm,serial";
        let cases = [
            (format!("{MIA},,GEZDG,6,30,,S"), "bytes"),
            (format!("{MIA},,1!,6,30,,S"), "cannot be read"),
            (format!("{MIA},,{SECRET},9,30,,S"), "digits"),
            (format!("{MIA},,{SECRET},six,30,,S"), "digits must be a number"),
            (format!("{MIA},,{SECRET},6,5,,S"), "step"),
            (format!("{MIA},,{SECRET},6,30,MD5,S"), "algorithm"),
            (format!("{MIA},{},{SECRET},6,30,,S", Uuid::from_u128(1)), "another tenant"),
            (format!(",,{SECRET},6,30,,S"), "whose it is"),
            (format!("{MIA},,{SECRET},6"), "4 cells, where the head has 7"),
        ];
        for (line, expected) in cases {
            let found = errors(&desk, &csv(format!("{head}\n{line}\n"))).await;
            assert!(found.len() == 1 && found[0].1.contains(expected), "{line}: {found:?}");
            assert!(!found[0].1.contains(SECRET));
        }
        let twice = csv(format!("{head}\n{MIA},,{SECRET},6,30,,S\n{MIA},,{SECRET},6,30,,S\n"));
        assert_eq!(errors(&desk, &twice).await[0].0, 3, "the second of one serial number");
        desk.settings.most_factors = 1;
        let update = crate::providers::ProviderUpdate { settings: Some(desk.settings.clone()), ..Default::default() };
        desk.hall.set(update).await;
        let two = csv(format!("{head}\n{MIA},,{SECRET},6,30,,S\n{MIA},,{SECRET},6,30,,T\n"));
        assert!(errors(&desk, &two).await[0].1.contains("as many factors"));
        for text in ["", "a,b\n1,2\n", "object_id\nx\n", "object_id,secret\n\"x,y\n"] {
            assert!(matches!(import(&desk, &csv(text)).await, Err(MfaError::Invalid(_))), "{text}");
        }
    })
    .await;
}

fn container(secret: &str, mac: bool, algorithm: &str) -> String {
    let method = format!(
        "<pskc:MACMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\"><pskc:MACKey>{}</pskc:MACKey>\
         </pskc:MACMethod>",
        sealed(MAC_KEY)
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<pskc:KeyContainer Version=\"1.0\"
           xmlns:pskc=\"urn:ietf:params:xml:ns:keyprov:pskc\" xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\">\
         {}<pskc:KeyPackage><pskc:DeviceInfo><pskc:Manufacturer>A &amp; B</pskc:Manufacturer>\
         <pskc:SerialNo>987654321</pskc:SerialNo></pskc:DeviceInfo>\
         <pskc:Key Id=\"12345678\" Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:{algorithm}\">\
         <pskc:AlgorithmParameters><pskc:ResponseFormat Length=\"8\" Encoding=\"DECIMAL\"/></pskc:AlgorithmParameters>\
         <pskc:Data><pskc:Secret>{secret}</pskc:Secret><pskc:Counter><pskc:PlainValue>3</pskc:PlainValue></pskc:Counter>\
         </pskc:Data><pskc:UserId>UID={MIA},DC=contoso</pskc:UserId></pskc:Key></pskc:KeyPackage></pskc:KeyContainer>",
        if mac { method } else { String::new() }
    )
}

fn sealed(value: &str) -> String {
    format!(
        "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes128-cbc\"/>\
         <xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>"
    )
}

fn protected(mac: &str) -> String {
    format!("<pskc:EncryptedValue>{}</pskc:EncryptedValue><pskc:ValueMAC>{mac}</pskc:ValueMAC>", sealed(SEALED))
}

#[tokio::test]
async fn a_container_under_a_shared_key_is_opened_as_rfc_6030_has_it() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mut wanted = request(ImportFormat::Pskc, container(&protected(MAC), true, "hotp"));
        assert!(import(&desk, &wanted).await.is_err(), "without the key");
        wanted.key = Some(Secret::from(SHARED));
        let report = import(&desk, &wanted).await.unwrap();
        assert!(report.written, "{report:?}");
        let shape = Shape { period: 0, digits: 8, ..Shape::default() };
        proven(desk.show(&shape.code(SEED, 3)).await);
        let mut changed =
            request(ImportFormat::Pskc, container(&protected("AAAAvtQfmvfJzF6bmQiJqoLRExc="), true, "hotp"));
        changed.key = Some(Secret::from(SHARED));
        assert!(errors(&desk, &changed).await[0].1.contains("was changed"));
        wanted.key = Some(Secret::from("00000000000000000000000000000000"));
        let wrong = import(&desk, &wanted).await;
        assert!(wrong.is_err() || !wrong.unwrap().written, "another key");
    })
    .await;
}

#[tokio::test]
async fn a_container_in_the_open_is_taken_and_what_is_none_is_refused() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let open = "<pskc:PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</pskc:PlainValue>";
        let mut wanted = request(ImportFormat::Pskc, container(open, false, "totp"));
        let somebody = Uuid::from_u128(77).to_string();
        wanted.people.insert("987654321".to_owned(), somebody.clone());
        let may = desk.may(ImportFactors { tenant: desk.hall.tenant });
        let seen = desk.hall.mfa.preview_import(&may, &wanted).await.unwrap();
        assert_eq!(
            (seen.lines[0].person.clone(), seen.written),
            (somebody, false),
            "whom the list says, before the file"
        );
        wanted.people.clear();
        assert!(import(&desk, &wanted).await.unwrap().written);
        let shape = Shape { digits: 8, ..Shape::default() };
        proven(desk.show(&shape.code(SEED, shape.step_at(desk.hall.db.env.now().seconds()))).await);
        let other = request(ImportFormat::Pskc, container(open, false, "OCRA"));
        assert!(errors(&desk, &other).await[0].1.contains("can be imported"));
        let deep = "<a>".repeat(50_000);
        for text in [
            "",
            "<a/>",
            "<KeyContainer>",
            "</a>",
            "<a><b></a></b>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            &deep,
        ] {
            let refused = import(&desk, &request(ImportFormat::Pskc, text)).await;
            assert!(matches!(refused, Err(MfaError::Invalid(_))), "{}: {refused:?}", &text[..text.len().min(40)]);
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_privileged_gets_a_token_by_one_operator_and_whoever_gets_one_is_told() {
    on_each_database(async |db| {
        let office = PostOffice::new(db).await;
        let (desk, board, kim) = (&office.desk, Uuid::from_u128(77), Uuid::from_u128(0x4b1));
        desk.directory_says(State::Active, Some(board)).await;
        office.knows(kim, Some("kim@contoso.example"), Some("en"), State::Active).await;
        let unknown = Uuid::from_u128(0x99);
        let line = |who: Uuid, serial: &str| format!("{who},{serial},{SECRET},30,Contoso,HardwareKey\r\n");
        let head = "object_id,serial number,secret key,time interval,manufacturer,model\r\n";
        let wanted = csv(format!("{head}{}{}{}", line(MIA, "1"), line(kim, "2"), line(unknown, "3")));
        assert!(errors(desk, &wanted).await.is_empty(), "no group is privileged yet");
        for (group, refused) in [(board, vec![2, 4]), (Uuid::from_u128(98), vec![2, 3, 4])] {
            let settings = Settings { privileged_groups: vec![group], ..desk.settings.clone() };
            desk.hall.set(ProviderUpdate { settings: Some(settings), ..ProviderUpdate::default() }).await;
            let wrong = errors(desk, &wanted).await;
            assert_eq!(wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), refused);
            assert!(wrong.iter().all(|(_, why)| why.contains("temporary code")), "{wrong:?}");
        }
        let settings = Settings { privileged_groups: vec![board], ..desk.settings.clone() };
        desk.hall.set(ProviderUpdate { settings: Some(settings), ..ProviderUpdate::default() }).await;
        let report = import(desk, &ImportRequest { skip_errors: true, ..wanted }).await.unwrap();
        assert_eq!((report.written, report.imported, report.errors), (true, 1, 2));
        office.work().await;
        assert_eq!(office.subjects(), ["A way to sign in was added"]);
        assert!(office.letters()[0].contains("helpdesk or administrators"), "{}", office.letters()[0]);
    })
    .await;
}

#[tokio::test]
async fn the_same_file_twice_at_once_or_again_gives_each_token_once() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let text = format!("object_id,serial,secret\n{MIA},4711,{SECRET}\n{MIA},,{SECRET}\n");
        let wanted = csv(text);
        let (one, other) = tokio::join!(import(&desk, &wanted), import(&desk, &wanted));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!((one.imported + other.imported, one.known + other.known), (2, 2), "{one:?} {other:?}");
        let again = import(&desk, &wanted).await.unwrap();
        assert_eq!((again.written, again.known), (false, 2), "one without a serial number is known by its key");
        let factors = desk.hall.mfa.list_factors(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
        assert_eq!(factors.len(), 2);
        let twice = csv(format!("object_id,secret\n{MIA},JBSWY3DPEHPK3PXP\n{MIA},JBSWY3DPEHPK3PXP\n"));
        let told = "the same key of the same person stands in the file before".to_owned();
        assert_eq!(errors(&desk, &twice).await, [(3, told)]);
    })
    .await;
}

#[tokio::test]
async fn a_counter_has_an_end_and_is_none_of_a_token_that_counts_by_time() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let far = csv(format!("object_id,secret,kind,counter\n{MIA},{SECRET},hotp,4000000000\n"));
        assert_eq!(errors(&desk, &far).await, []);
        let timed = csv(format!("object_id,secret,kind,counter\n{MIA},{SECRET},totp,4000000000\n"));
        assert!(import(&desk, &timed).await.unwrap().written);
        let code = Shape::default().code(SEED, Shape::default().step_at(desk.hall.db.env.now().seconds()));
        proven(desk.show(&code).await);
    })
    .await;
}
