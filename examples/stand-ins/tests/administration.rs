//! The stand-in for an administration system, asked by our own connector and by hand.

#[cfg(test)]
mod tests {
    use std::{io::Write, path::PathBuf, process::Command, time::Duration};

    use rstest::rstest;
    use sluis_connector_port::{
        Connector, ConnectorError, Pull, PullRequest,
        roster::{Field, SchoolYear, SkippedKind, Snapshot, YearGroup},
    };
    use sluis_core::{
        identifier::{Brin6, EckIdRules},
        time::Timestamp,
    };
    use sluis_edexml::{ReadOptions, xml::Limits};
    use sluis_stand_ins::administration::{Administration, Behaviour, Fault, GROUPS, Options, pupil, write_edexml};
    use sluis_uwlr::{Credentials, Settings, Uwlr, client};

    const PARTS: [&str; 3] = ["Sluis", "SL01", "sleutel-1"];

    fn start() -> Administration {
        let [name, code, key] = PARTS;
        Administration::start("127.0.0.1:0", Options::new(name, code, key)).unwrap()
    }

    fn request(school: &str) -> PullRequest {
        PullRequest {
            school: Brin6::parse(school).unwrap(),
            school_year: SchoolYear::parse("2031-2032").unwrap(),
            since: None,
            eck_id_rules: EckIdRules::new(["pilot".to_owned()]),
        }
    }

    async fn pull(system: &Administration, parts: [&str; 3], request: PullRequest) -> Result<Pull, ConnectorError> {
        let [name, code, key] = parts.map(Into::into);
        let settings = Settings::new(
            system.url().parse().unwrap(),
            Credentials::new(name, code, key).unwrap(),
        )
        .unwrap();
        let settings = settings.with_time_out(Duration::from_secs(2));
        Uwlr::new(client().unwrap(), settings).pull(request).await
    }

    async fn roster(system: &Administration) -> Snapshot {
        match pull(system, PARTS, request("99ZZ00")).await.unwrap() {
            Pull::Snapshot(snapshot) => *snapshot,
            other => panic!("{other:?} instead of a roster"),
        }
    }

    #[tokio::test]
    async fn the_whole_school_is_pulled_in_the_year_that_is_asked() {
        let system = start();
        let snapshot = roster(&system).await;
        assert_eq!(snapshot.school.school_year.to_string(), "2031-2032");
        assert_eq!(
            (snapshot.groups.len(), snapshot.pupils.len(), snapshot.staff.len()),
            (5, 60, 6)
        );
        assert_eq!(snapshot.warnings, []);
        assert_eq!(snapshot.skipped.count(SkippedKind::Country), 60);
        for group in GROUPS {
            let year_group = YearGroup::parse(&group.year_group.to_string()).unwrap();
            let members = snapshot
                .pupils
                .iter()
                .filter(|pupil| *pupil.year_group.value().unwrap().expose() == year_group);
            assert_eq!(members.count(), 15, "{}", group.name);
        }
        assert_eq!(system.requests(), 1);
    }

    #[tokio::test]
    async fn number_n_is_the_same_person_everywhere() {
        let snapshot = roster(&start()).await;
        for (number, pulled) in (1..).zip(&snapshot.pupils) {
            let known = pupil(number);
            assert_eq!(pulled.key.value().unwrap().expose(), known.key);
            assert_eq!(pulled.eck_id.value().unwrap().expose(), known.eck_id);
            assert_eq!(pulled.name.given_name.value().unwrap().expose(), known.given_name);
            assert_eq!(
                pulled.name.family_name_prefix.is_delivered(),
                !known.family_name_prefix.is_empty()
            );
            assert_eq!(pulled.group.value().unwrap().expose(), known.group.key);
        }
    }

    #[rstest]
    #[case(["Ander", "SL01", "sleutel-1"], "99ZZ00", "supplier_credential_refused")]
    #[case(["Sluis", "SL02", "sleutel-1"], "99ZZ00", "supplier_credential_refused")]
    #[case(["Ander", "SL01", "sleutel-2"], "99ZZ00", "supplier_credential_refused")]
    #[case(["Sluis", "SL01", "sleutel-2"], "99ZZ00", "school_activation_refused")]
    #[case(["Sluis", "SL01", "sleutel-1"], "99ZZ01", "school_activation_refused")]
    #[case(["Sluis", "SL01", "sleutel-1"], "99ZX00", "school_activation_refused")]
    #[tokio::test]
    async fn it_checks_in_the_order_of_the_standard(
        #[case] parts: [&str; 3],
        #[case] school: &str,
        #[case] expected: &str,
    ) {
        assert_eq!(
            pull(&start(), parts, request(school))
                .await
                .unwrap_err()
                .code()
                .as_str(),
            expected
        );
    }

    #[tokio::test]
    async fn its_behaviour_can_be_changed() {
        let system = start();
        let since = Some(Timestamp::from_millis(1_788_249_600_000));
        let again = PullRequest {
            since,
            ..request("99ZZ00")
        };
        system.behave(Behaviour::Unchanged);
        assert_eq!(pull(&system, PARTS, again).await.unwrap(), Pull::Unchanged);
        assert_eq!(roster(&system).await.pupils.len(), 60);
        system.behave(Behaviour::NoData);
        assert_eq!(pull(&system, PARTS, request("99ZZ00")).await.unwrap(), Pull::NoData);
        system.behave(Behaviour::Only(3));
        assert_eq!(roster(&system).await.pupils.len(), 3);
        for (behaviour, expected) in [
            (Behaviour::Truncated, "data_truncated"),
            (Behaviour::Slow(Duration::from_secs(10)), "system_timed_out"),
            (Behaviour::Fault(Fault::Internal), "system_internal_fault"),
        ] {
            system.behave(behaviour);
            assert_eq!(
                pull(&system, PARTS, request("99ZZ00"))
                    .await
                    .unwrap_err()
                    .code()
                    .as_str(),
                expected
            );
        }
        system.behave(Behaviour::Normal);
        assert_eq!(roster(&system).await.pupils.len(), 60);
    }

    #[tokio::test]
    async fn every_documented_fault_is_told_apart_or_named() {
        let system = start();
        for fault in Fault::ALL {
            system.behave(Behaviour::Fault(fault));
            let error = pull(&system, PARTS, request("99ZZ00")).await.unwrap_err();
            let expected = match fault {
                Fault::Internal => "system_internal_fault",
                Fault::TemporarilyUnavailable => "system_temporarily_unavailable",
                Fault::InvalidMessage => "request_refused",
                Fault::InvalidClient => "supplier_credential_refused",
                Fault::InvalidAuthorisation => "school_activation_refused",
                Fault::InvalidVersion => "version_not_supported",
                _ => "system_unknown_fault",
            };
            assert_eq!(error.code().as_str(), expected);
            assert_eq!(error.is_retryable(), fault == Fault::TemporarilyUnavailable);
            assert!(expected != "system_unknown_fault" || error.to_string().contains(fault.code()));
        }
    }

    async fn by_hand(system: &Administration, action: Option<&str>, body: String) -> (u16, String) {
        let mut request = client().unwrap().post(system.url()).body(body);
        if let Some(action) = action {
            request = request.header("SOAPAction", action);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    fn message(header: &str, version: &str, school_year: &str) -> String {
        format!(
            r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>
            <autorisatie xmlns="http://www.edustandaard.nl/leerresultaten/2/autorisatie">{header}</autorisatie></s:Header>
            <s:Body><leerlinggegevens_verzoek xmlns="http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens">
            <schooljaar>{school_year}</schooljaar><brincode>99ZZ</brincode><xsdversie>{version}</xsdversie>
            </leerlinggegevens_verzoek></s:Body></s:Envelope>"#
        )
    }

    const HEADER: &str = "<autorisatiesleutel>sleutel-1</autorisatiesleutel><klantcode>SL01</klantcode>\
                          <klantnaam>Sluis</klantnaam>";
    const ACTION: Option<&str> = Some("\"HaalLeerlinggegevens\"");

    #[tokio::test]
    async fn requests_out_of_order_get_the_documented_fault() {
        let system = start();
        let nameless = HEADER.replace(">Sluis<", "><");
        for (action, body, fault) in [
            (None, message(HEADER, "2.2", "2024-2025"), Fault::InvalidMessage),
            (
                Some("HaalStructuur"),
                message(HEADER, "2.2", "2024-2025"),
                Fault::InvalidMessage,
            ),
            (ACTION, "geen xml".to_owned(), Fault::InvalidMessage),
            (ACTION, message(HEADER, "2.2", "2024"), Fault::InvalidMessage),
            (ACTION, message(HEADER, "3.0", "2024-2025"), Fault::InvalidVersion),
            (
                ACTION,
                message(&nameless, "2.2", "2024-2025"),
                Fault::InvalidAuthorisation,
            ),
            (ACTION, message("", "2.2", "2024-2025"), Fault::InvalidAuthorisation),
        ] {
            let (status, text) = by_hand(&system, action, body).await;
            assert_eq!(status, 500);
            assert!(
                text.contains(&format!("<faultcode>soap:{}</faultcode>", fault.code())),
                "{text}"
            );
        }
    }

    #[tokio::test]
    async fn callers_of_older_versions_get_no_eck_ids() {
        let system = start();
        let (_, older) = by_hand(&system, ACTION, message(HEADER, "2.1", "2024-2025")).await;
        let (_, newer) = by_hand(&system, ACTION, message(HEADER, "2.2", "2024-2025")).await;
        assert_eq!(
            (older.matches("eckid=").count(), newer.matches("eckid=").count()),
            (0, 66)
        );
    }

    #[tokio::test]
    async fn what_it_sends_is_valid_by_the_published_schema() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/samples/exchange");
        let (status, answer) = by_hand(&start(), ACTION, message(HEADER, "2.2", "2024-2025")).await;
        assert_eq!(status, 200);
        let (start, end) = (
            answer.find("<leerlinggegevens_antwoord").unwrap(),
            answer.find("</soap:Body>").unwrap(),
        );
        validate(
            &answer[start..end],
            &folder.join("uwlr-2.2/Schemas/UWLR_Leerlinggegevens_v2p2.xsd"),
        );
        let mut file = Vec::new();
        write_edexml(&mut file, "2024-2025", 60).unwrap();
        validate(
            &String::from_utf8(file).unwrap(),
            &folder.join("edexml-2.1/EDEXML.structuur.xsd"),
        );
    }

    fn validate(document: &str, schema: &PathBuf) {
        if !schema.exists() {
            writeln!(std::io::stderr(), "SKIPPED: the published schema is not at ../shared").unwrap();
            return;
        }
        let file = std::env::temp_dir().join(format!("sluis-administration-{}.xml", std::process::id()));
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

    #[test]
    fn a_large_school_can_be_written_as_a_file() {
        let mut file = Vec::new();
        write_edexml(&mut file, "2026-2027", 2_000).unwrap();
        let options = ReadOptions {
            school: Brin6::parse("99ZZ00").unwrap(),
            school_year: None,
            eck_id_rules: EckIdRules::new(["pilot".to_owned()]),
            limits: Limits::default(),
        };
        let snapshot = sluis_edexml::read(&file[..], &options).unwrap();
        assert_eq!(snapshot.pupils.len(), 2_000);
        assert_eq!(snapshot.warnings, []);
        assert!(snapshot.pupils.iter().all(|pupil| pupil.branch == Field::NotDelivered));
    }
}
