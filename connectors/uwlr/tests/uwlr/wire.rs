//! What goes over the wire, there and back.

use std::{io::Write, path::PathBuf, process::Command, time::Duration};

use rstest::rstest;
use sluis_connector_port::{
    Connector, ConnectorError, Pull, PullRequest, ReadError,
    contract::{Answer, GIVEN_NAME, SCHOOL, SCHOOL_YEAR},
    roster::{Field, SchoolYear, SkippedKind},
};
use sluis_core::{
    identifier::{Brin6, EckIdRules},
    time::Timestamp,
};
use sluis_edexml::xml::Limits;
use sluis_uwlr::{Credentials, Settings, Uwlr, client};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string_contains, header, method, path},
};

use crate::messages::{Roster, data, envelope, fault};

fn settings(endpoint: &str) -> Settings {
    let credentials = Credentials::new("Sluis & Zn".into(), "SL01".into(), "sleutel-1".into()).unwrap();
    let settings = Settings::new(endpoint.parse().unwrap(), credentials).unwrap();
    settings.with_time_out(Duration::from_secs(2))
}

fn request() -> PullRequest {
    PullRequest {
        school: Brin6::parse(SCHOOL).unwrap(),
        school_year: SchoolYear::parse(SCHOOL_YEAR).unwrap(),
        since: None,
        eck_id_rules: EckIdRules::new(["pilot".to_owned()]),
    }
}

async fn pull(settings: Settings) -> Result<Pull, ConnectorError> {
    Uwlr::new(client().unwrap(), settings).pull(request()).await
}

async fn pull_template(template: ResponseTemplate) -> Result<Pull, ConnectorError> {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(template)
        .expect(1)
        .mount(&server)
        .await;
    pull(settings(&server.uri())).await
}

async fn pull_answer(answer: Answer) -> Result<Pull, ConnectorError> {
    pull_template(ResponseTemplate::new(answer.status).set_body_raw(answer.body, answer.media_type)).await
}

async fn code(answer: Answer) -> &'static str {
    pull_answer(answer).await.unwrap_err().code().as_str()
}

#[tokio::test]
async fn one_request_as_the_standard_has_it() {
    let server = MockServer::start().await;
    let answer = Roster::default().answer();
    Mock::given(method("POST"))
        .and(path("/uwlr"))
        .and(header("content-type", "text/xml; charset=utf-8"))
        .and(header("soapaction", "\"HaalLeerlinggegevens\""))
        .and(body_string_contains(
            "<brincode>99ZZ</brincode><dependancecode>01</dependancecode>",
        ))
        .respond_with(ResponseTemplate::new(200).set_body_raw(answer.body, answer.media_type))
        .expect(1)
        .mount(&server)
        .await;
    let Pull::Snapshot(snapshot) = pull(settings(&format!("{}/uwlr", server.uri()))).await.unwrap() else {
        panic!("a roster is expected");
    };
    assert_eq!(snapshot.pupils[1].name.given_name.value().unwrap().expose(), GIVEN_NAME);
    assert_eq!(snapshot.skipped.count(SkippedKind::NationalNumber), 2);
}

#[tokio::test]
async fn what_is_sent_and_what_is_answered_here_are_valid_by_the_published_schemas() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(500))
        .mount(&server)
        .await;
    let settings = settings(&server.uri()).with_data_set("smalle set").unwrap();
    let connector = Uwlr::new(client().unwrap(), settings);
    let since = Some(Timestamp::parse("2026-09-01T10:00:00+02:00").unwrap());
    connector.pull(PullRequest { since, ..request() }).await.unwrap_err();
    connector.pull(request()).await.unwrap_err();
    for sent in server.received_requests().await.unwrap() {
        let message = String::from_utf8(sent.body).unwrap();
        validate(element(&message, "autorisatie"), "UWLR_Autorisatie_v2p2.xsd");
        validate(
            element(&message, "leerlinggegevens_verzoek"),
            "UWLR_Leerlinggegevens_v2p2.xsd",
        );
    }
    // The published list of school years ends here.
    let school_year = "2024-2025";
    let roster = Roster {
        school_year,
        ..Roster::default()
    }
    .answer();
    for answer in [roster, data("<lg:geenwijzigingen/>"), data("<lg:geengegevens/>")] {
        let message = String::from_utf8(answer.body).unwrap();
        validate(
            element(&message, "lg:leerlinggegevens_antwoord"),
            "UWLR_Leerlinggegevens_v2p2.xsd",
        );
    }
}

fn element<'message>(message: &'message str, name: &str) -> &'message str {
    let end = format!("</{name}>");
    let (start, stop) = (message.find(&format!("<{name}")).unwrap(), message.find(&end).unwrap());
    &message[start..stop + end.len()]
}

/// Validates a document against a published schema. Where schema or validator are absent, says so and passes.
fn validate(document: &str, schema: &str) {
    let folder = "../../../shared/reference/samples/exchange/uwlr-2.2/Schemas";
    let schema = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder).join(schema);
    if !schema.exists() {
        writeln!(std::io::stderr(), "SKIPPED: the published schemas are not at ../shared").unwrap();
        return;
    }
    let file = std::env::temp_dir().join(format!("sluis-uwlr-{}.xml", std::process::id()));
    std::fs::write(&file, document).unwrap();
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .arg(&file)
        .output();
    std::fs::remove_file(&file).unwrap();
    match output {
        Err(error) => {
            let required = std::env::var("SLUIS_TEST_INTEROP").is_ok_and(|value| value == "required");
            assert!(
                !required,
                "the interop tests are required: xmllint cannot be run: {error}"
            );
            writeln!(std::io::stderr(), "SKIPPED: xmllint cannot be run: {error}").unwrap();
        }
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
    }
}

#[rstest]
#[case("Server.InterneFout", "system_internal_fault")]
#[case("Server.TijdelijkNietBeschikbaar", "system_temporarily_unavailable")]
#[case("Client.OngeldigBericht", "request_refused")]
#[case("Client.OngeldigeKlantIdentificatie", "supplier_credential_refused")]
#[case("Client.AutorisatieOngeldig", "school_activation_refused")]
#[case("Client.XsdVersieOngeldig", "version_not_supported")]
#[case("Client.VocabulaireTermOngeldig", "system_unknown_fault")]
#[case("Client.LeerlingOngeldig", "system_unknown_fault")]
#[case("Client.ToetsNormeringOngeldig", "system_unknown_fault")]
#[case("Client.ScoreOngeldig", "system_unknown_fault")]
#[case("Client.EldResultaatOngeldig", "system_unknown_fault")]
#[case("Client", "system_unknown_fault")]
#[case("", "system_unknown_fault")]
#[tokio::test]
async fn faults_are_told_apart(#[case] fault_code: &str, #[case] expected: &str) {
    assert_eq!(code(fault(fault_code)).await, expected);
    // Some systems send a fault with a status that says that all is well.
    let well = Answer {
        status: 200,
        ..fault(fault_code)
    };
    assert_eq!(code(well).await, expected);
    let bad_request = Answer {
        status: 400,
        ..fault(fault_code)
    };
    assert_eq!(code(bad_request).await, expected);
}

#[tokio::test]
async fn a_fault_code_is_read_with_any_prefix_and_named_only_when_it_is_a_code() {
    for code_text in [
        "Client.AutorisatieOngeldig",
        "env:Client.AutorisatieOngeldig",
        " a:Client.AutorisatieOngeldig\n",
    ] {
        let body = format!("<soapenv:Fault><faultcode>{code_text}</faultcode></soapenv:Fault>");
        assert_eq!(code(envelope(500, &body)).await, "school_activation_refused");
    }
    let error = pull_answer(fault(&format!("Leerling {GIVEN_NAME}"))).await.unwrap_err();
    assert!(error.to_string().contains("`unreadable`"), "{error}");
}

#[tokio::test]
async fn a_fault_may_say_how_long_to_wait() {
    let answer = fault("Server.TijdelijkNietBeschikbaar");
    let template = ResponseTemplate::new(500).set_body_raw(answer.body, answer.media_type);
    let error = pull_template(template.insert_header("retry-after", "30"))
        .await
        .unwrap_err();
    let ConnectorError::TemporarilyUnavailable { retry_after } = error else {
        panic!("{error}");
    };
    assert_eq!(retry_after, Some(Duration::from_secs(30)));
}

#[rstest]
#[case(429, "system_temporarily_unavailable")]
#[case(502, "system_temporarily_unavailable")]
#[case(504, "system_temporarily_unavailable")]
#[case(401, "system_unexpected_status")]
#[case(403, "system_unexpected_status")]
#[case(500, "system_unexpected_status")]
#[tokio::test]
async fn a_roster_under_an_error_status_is_no_answer(#[case] status: u16, #[case] expected: &str) {
    let answer = Answer {
        status,
        ..Roster::default().answer()
    };
    assert_eq!(code(answer).await, expected);
}

#[rstest]
#[case("", "data_missing_section")]
#[case("<lg:leerlinggegevens_antwoord xmlns:lg=\"urn:other\"/>", "data_wrong_format")]
#[case("<leerlinggegevens_antwoord/>", "data_wrong_format")]
#[tokio::test]
async fn a_body_without_our_answer_is_refused(#[case] body: &str, #[case] expected: &str) {
    assert_eq!(code(envelope(200, body)).await, expected);
}

#[rstest]
#[case("", "data_missing_section")]
#[case("<lg:geengegevens/><lg:geenwijzigingen/>", "data_repeated_section")]
#[case("<geengegevens/>", "data_wrong_format")]
#[case("<lg:leerlinggegevens/>", "data_missing_section")]
#[case("<lg:geengegevens>&onbekend;</lg:geengegevens>", "data_undefined_entity")]
#[tokio::test]
async fn an_answer_that_is_not_one_of_three_is_refused(#[case] content: &str, #[case] expected: &str) {
    assert_eq!(code(data(content)).await, expected);
}

#[rstest]
#[case("?>", "?><!DOCTYPE a [<!ENTITY b \"c\">]>", "data_doctype")]
#[case("soap/envelope/", "soap/envelope/2", "data_wrong_format")]
#[case(
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
    "data_wrong_format"
)]
#[case("</soapenv:Body>", "</soapenv:Body><soapenv:Body/>", "")]
#[case(
    "<soapenv:Header/>",
    "<soapenv:Header><x:y xmlns:x=\"urn:x\">z</x:y></soapenv:Header>",
    ""
)]
#[case("UTF-8", "UTF-16", "data_encoding")]
#[case("<lg:school>", "<lg:school><lg:school><lg:school/></lg:school>", "")]
#[tokio::test]
async fn envelopes_are_taken_leniently_and_never_carelessly(
    #[case] from: &str,
    #[case] to: &str,
    #[case] expected: &str,
) {
    let answer = Roster::default().answer();
    let changed = String::from_utf8(answer.body).unwrap().replacen(from, to, 1);
    let outcome = pull_answer(Answer {
        body: changed.into_bytes(),
        ..answer
    })
    .await;
    assert_eq!(outcome.map_or_else(|error| error.code().as_str(), |_| ""), expected);
}

#[tokio::test]
async fn extension_blocks_of_suppliers_are_passed_over() {
    let block = "<lg:toevoegingen><lg:blok xmlns:p=\"urn:p\"><p:bsn>111222333</p:bsn></lg:blok></lg:toevoegingen>";
    let pupil = format!("<lg:leerling key=\"1\"><lg:roepnaam>A</lg:roepnaam>{block}</lg:leerling>");
    let Pull::Snapshot(snapshot) = pull_answer(Roster::default().around(&pupil)).await.unwrap() else {
        panic!("a roster is expected");
    };
    assert_eq!(snapshot.skipped.count(SkippedKind::Extension), 1);
    assert_eq!(snapshot.pupils[0].group, Field::NotDelivered);
}

#[tokio::test]
async fn a_small_answer_that_unfolds_into_a_large_one_is_refused() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b' '; 4 * 1024 * 1024]).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 8 * 1024);
    let server = MockServer::start().await;
    let template = ResponseTemplate::new(200)
        .set_body_raw(packed, "text/xml")
        .insert_header("content-encoding", "gzip");
    Mock::given(method("POST")).respond_with(template).mount(&server).await;
    let limits = Limits {
        bytes: 64 * 1024,
        ..Limits::default()
    };
    let error = pull(settings(&server.uri()).with_limits(limits)).await.unwrap_err();
    assert_eq!(error.code().as_str(), "data_too_large");
}

/// A server that sends these bytes, waits, and hangs up.
async fn pull_raw(bytes: &'static str, wait: Duration) -> ConnectorError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut sent = [0; 4096];
        let _ = stream.read(&mut sent).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        tokio::time::sleep(wait).await;
    });
    let error = pull(settings(&endpoint).with_time_out(Duration::from_millis(400)))
        .await
        .unwrap_err();
    server.abort();
    error
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_from_one_that_stalls() {
    const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 1000\r\n\r\n<?xml version";
    let broken = pull_raw(HALF, Duration::ZERO).await;
    assert!(matches!(broken, ConnectorError::Read(ReadError::Truncated)), "{broken}");
    assert_eq!(
        pull_raw(HALF, Duration::from_secs(5)).await.code().as_str(),
        "system_timed_out"
    );
    assert_eq!(pull_raw("", Duration::ZERO).await.code().as_str(), "system_unreachable");
    assert_eq!(
        pull_raw("geen http\r\n\r\n", Duration::ZERO).await.code().as_str(),
        "system_unreachable"
    );
}
