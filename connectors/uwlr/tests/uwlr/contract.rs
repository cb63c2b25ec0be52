//! The suite of the port.

use async_trait::async_trait;
use sluis_connector_port::{
    Connector, ConnectorError, Pull, PullRequest,
    contract::{Answer, Case, LARGEST_ANSWER, Subject, TIME_OUT, check},
};
use sluis_edexml::xml::Limits;
use sluis_uwlr::{Credentials, Settings, Uwlr, client};

use crate::messages::{ECK_IDS, Roster, data, fault};

/// The connector as it is meant to be used.
struct Dialect;

const SECRETS: [&str; 3] = ["naam-van-de-klant", "code-van-de-klant", "sleutel-van-de-school"];

fn connector(endpoint: &str, client: reqwest::Client) -> Uwlr {
    let [name, code, key] = SECRETS.map(Into::into);
    let limits = Limits {
        bytes: u64::try_from(LARGEST_ANSWER).unwrap(),
        ..Limits::default()
    };
    let settings = Settings::new(endpoint.parse().unwrap(), Credentials::new(name, code, key).unwrap());
    Uwlr::new(client, settings.unwrap().with_time_out(TIME_OUT).with_limits(limits))
}

impl Subject for Dialect {
    fn connector(&self, endpoint: &str) -> Box<dyn Connector> {
        Box::new(connector(endpoint, client().unwrap()))
    }

    fn answer(&self, case: Case) -> Option<Answer> {
        let roster = Roster::default();
        let answer = match case {
            Case::Roster => roster.answer(),
            Case::UpperCaseEckId => {
                let capitals = ECK_IDS[1].replace("f1e2", "F1E2");
                let eck_ids = [ECK_IDS[0].to_owned(), capitals];
                Roster { eck_ids, ..roster }.answer()
            }
            Case::Unchanged | Case::UnaskedUnchanged => data("<lg:geenwijzigingen/>"),
            Case::NoData => data("<lg:geengegevens/>"),
            Case::OtherSchool => Roster { branch: "00", ..roster }.answer(),
            Case::OtherSchoolYear => {
                let school_year = "2025-2026";
                Roster { school_year, ..roster }.answer()
            }
            Case::DuplicateKey => {
                let keys = ["#1", "#1"];
                Roster { keys, ..roster }.answer()
            }
            Case::DuplicateEckId => {
                let eck_ids = [ECK_IDS[0], ECK_IDS[0]].map(str::to_owned);
                Roster { eck_ids, ..roster }.answer()
            }
            Case::UnknownGroup => Roster { group: "g6", ..roster }.answer(),
            Case::NoPupils => roster.around(""),
            Case::SupplierRefused => fault("Client.OngeldigeKlantIdentificatie"),
            Case::ActivationRefused => fault("Client.AutorisatieOngeldig"),
            Case::InvalidRequest => fault("Client.OngeldigBericht"),
            Case::UnsupportedVersion => fault("Client.XsdVersieOngeldig"),
            Case::TemporarilyUnavailable => fault("Server.TijdelijkNietBeschikbaar"),
            Case::InternalFault => fault("Server.InterneFout"),
            Case::UnknownFault => fault("Server"),
            // UWLR has one code for a wrong key and for a key that does not cover the school.
            Case::SchoolNotCovered => return None,
        };
        Some(answer)
    }

    fn secrets(&self) -> Vec<String> {
        SECRETS.map(str::to_owned).to_vec()
    }
}

#[tokio::test]
async fn uwlr_keeps_every_promise_of_the_port() {
    if let Err(violation) = check(&Dialect).await {
        panic!("{violation}");
    }
}

/// The same dialect with a connector that does something it must not do.
struct Spoilt(fn(&str) -> Box<dyn Connector>);

impl Subject for Spoilt {
    fn connector(&self, endpoint: &str) -> Box<dyn Connector> {
        (self.0)(endpoint)
    }

    fn answer(&self, case: Case) -> Option<Answer> {
        Dialect.answer(case)
    }

    fn secrets(&self) -> Vec<String> {
        Dialect.secrets()
    }
}

/// Asks again when it is refused.
struct Stubborn(Uwlr);

#[async_trait]
impl Connector for Stubborn {
    fn dialect(&self) -> sluis_connector_port::Dialect {
        self.0.dialect()
    }

    async fn pull(&self, request: PullRequest) -> Result<Pull, ConnectorError> {
        match self.0.pull(request.clone()).await {
            Err(error) if error.is_retryable() => self.0.pull(request).await,
            outcome => outcome,
        }
    }
}

#[tokio::test]
async fn the_suite_notices_who_follows_redirects_and_who_asks_twice() {
    let following = Spoilt(|endpoint| Box::new(connector(endpoint, reqwest::Client::builder().build().unwrap())));
    let violation = check(&following).await.unwrap_err().to_string();
    assert!(violation.contains("redirect"), "{violation}");

    let stubborn = Spoilt(|endpoint| Box::new(Stubborn(connector(endpoint, client().unwrap()))));
    let violation = check(&stubborn).await.unwrap_err().to_string();
    assert!(violation.contains("it asked 2 times"), "{violation}");
}
