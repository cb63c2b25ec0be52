//! Somebody else's SOAP server, made from the published WSDL, asked by our connector.

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader, Write},
        path::PathBuf,
        process::{Child, Command, Stdio},
    };

    use sluis_connector_port::{
        Connector, ConnectorError, Pull, PullRequest,
        roster::{SchoolYear, SkippedKind},
    };
    use sluis_core::{
        identifier::{Brin6, EckIdRules},
        time::Timestamp,
    };
    use sluis_uwlr::{Credentials, Settings, Uwlr, client};

    const PARTS: [&str; 3] = ["Sluis & Zn", "SL01", "sleutel <1>"];

    /// The server; it ends with the test.
    struct Server {
        program: Child,
        endpoint: String,
    }

    impl Server {
        /// Starts the server. Where something that it needs is absent, says so; if the interop tests are required, fails.
        fn start() -> Option<Self> {
            let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
            let wsdl = "../shared/reference/samples/exchange/uwlr-2.2/wsdl/UWLR_Leerlinggegevens_v2p2.wsdl";
            let wsdl = root.join(wsdl);
            if !wsdl.exists() {
                // It may not be copied, so a fresh clone never has it: not even a required run can fail on that.
                writeln!(std::io::stderr(), "SKIPPED: the published WSDL is not at ../shared").unwrap();
                return None;
            }
            let folder = root.join("tests/interop/soap-server");
            if !folder.join("node_modules").exists() {
                return absent("run `npm ci` in tests/interop/soap-server");
            }
            let [name, code, key] = PARTS;
            let program = Command::new("node")
                .arg(folder.join("administration.js"))
                .args(["--name", name, "--code", code, "--key", key, "--wsdl"])
                .arg(wsdl)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn();
            let Ok(mut program) = program else {
                return absent("`node` cannot be run");
            };
            let mut line = String::new();
            BufReader::new(program.stdout.take().unwrap())
                .read_line(&mut line)
                .unwrap();
            let endpoint = line
                .trim()
                .strip_prefix("endpoint ")
                .expect("the server prints its address");
            Some(Self {
                endpoint: endpoint.to_owned(),
                program,
            })
        }

        async fn pull(&self, parts: [&str; 3], since: Option<Timestamp>) -> Result<Pull, ConnectorError> {
            let [name, code, key] = parts.map(Into::into);
            let credentials = Credentials::new(name, code, key).unwrap();
            let settings = Settings::new(self.endpoint.parse().unwrap(), credentials).unwrap();
            let request = PullRequest {
                school: Brin6::parse("99ZZ01").unwrap(),
                school_year: SchoolYear::parse("2031-2032").unwrap(),
                since,
                eck_id_rules: EckIdRules::new(["pilot".to_owned()]),
            };
            Uwlr::new(client().unwrap(), settings).pull(request).await
        }
    }

    impl Drop for Server {
        fn drop(&mut self) {
            let _ = self.program.kill();
            let _ = self.program.wait();
        }
    }

    fn absent(what: &str) -> Option<Server> {
        let required = std::env::var("SLUIS_TEST_INTEROP").is_ok_and(|value| value == "required");
        assert!(!required, "the interop tests are required: {what}");
        writeln!(std::io::stderr(), "SKIPPED: {what}").unwrap();
        None
    }

    #[tokio::test]
    async fn a_roster_is_pulled_from_npm_soap() {
        let Some(server) = Server::start() else { return };
        let Pull::Snapshot(snapshot) = server.pull(PARTS, None).await.unwrap() else {
            panic!("a roster is expected");
        };
        assert_eq!(
            (snapshot.groups.len(), snapshot.pupils.len(), snapshot.staff.len()),
            (3, 3, 1)
        );
        assert_eq!(snapshot.groups[0].name.value().unwrap(), "Groep 7 & 8");
        let sanne = &snapshot.pupils[0];
        assert_eq!(sanne.composite_groups.value().unwrap()[0].expose(), "koor");
        assert_eq!(sanne.birth_date.value().unwrap().expose().to_string(), "2020-02-29");
        assert_eq!(
            snapshot.pupils[1].name.family_name.value().unwrap().expose(),
            "Ångström-Zoë"
        );
        assert_eq!(snapshot.skipped.count(SkippedKind::NationalNumber), 1);
        assert_eq!(snapshot.warnings, []);

        let since = Some(Timestamp::from_millis(1_788_249_600_000));
        assert_eq!(server.pull(PARTS, since).await.unwrap(), Pull::Unchanged);

        let [name, code, key] = PARTS;
        for (parts, expected) in [
            (["Ander", code, key], "supplier_credential_refused"),
            ([name, code, "sleutel <2>"], "school_activation_refused"),
        ] {
            assert_eq!(server.pull(parts, None).await.unwrap_err().code().as_str(), expected);
        }
    }
}
