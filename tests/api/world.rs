//! A school with a roster, a supplier with an agreement, and the systems of others around them. All invented.

use std::{collections::BTreeSet, sync::Arc};

use reqwest::Response;
use serde_json::{Value, json};
use sluis::app::{
    activation::{Activation, ActivationScope},
    agree::AgreementOffer,
    caller::{Caller, Role},
    connection::Dialect,
    evidence::Places,
    link::ConnectionCreate,
    organise::{BoardCreate, SchoolCreate},
    reason::RunReason,
    trace::TraceContext,
};
use sluis_core::{
    agreement::Annex,
    id::{BoardId, ClientId, SchoolId},
    identifier::Brin6,
    ledger::{Digest, Owner, RecordKind},
    random::SystemRandom,
    time::{Clock, FixedClock, Timestamp, Window},
};
use sluis_stand_ins::{
    administration::{self, Administration},
    kennisnet::{self, Kennisnet},
};
use sluis_test_kit::{
    client::Ask,
    service::{BASE, RegisteredClient, Service, clock},
};
use url::Url;

pub(crate) use crate::party::Supplier;
use crate::{browser::Cookies, party};

/// Where logins of suppliers return to.
pub(crate) const BACK: &str = "https://app.rekenbaai.example/back";

/// A pupil of the group that the product is switched on for.
pub(crate) const INSIDE: u32 = 31;
/// The same pupil, whose login names the location too.
pub(crate) const LOCATED: &str = "located";
/// The first member of staff, a teacher.
pub(crate) const TEACHER: &str = "teacher";
/// A pupil of another group.
pub(crate) const OUTSIDE: u32 = 1;
/// Somebody who logs in as a pupil of the school and whom its roster does not hold.
pub(crate) const STRANGER: &str = "stranger";

/// An ECK iD that nobody in the roster has.
pub(crate) fn stranger() -> String {
    format!("https://ketenid.nl/pilot/{}", "0a".repeat(64))
}

/// The group that the product is switched on for, and how many pupils are in it.
pub(crate) const GROUP: &str = "Groep 7";
pub(crate) const IN_GROUP: usize = 15;

const SCHOOL_KEY: &str = "key-of-the-school";
const APPLICATION_CODE: &str = "SL01";

/// Everything that a story needs.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) administration: Administration,
    pub(crate) kennisnet: Kennisnet,
    pub(crate) board: BoardId,
    pub(crate) school: SchoolId,
    pub(crate) board_client: RegisteredClient,
    pub(crate) school_client: RegisteredClient,
    /// The supplier of Rekenbaai.
    pub(crate) supplier: Supplier,
    /// Of the browser that people use.
    pub(crate) cookies: Cookies,
}

/// A caller without a token: for what is not the subject of a test.
pub(crate) fn caller(client: &RegisteredClient, role: Role) -> Caller {
    Caller {
        client: client.id,
        role,
        bound: None,
        trace: TraceContext::start(&SystemRandom).id(),
        once: None,
    }
}

pub(crate) fn annex() -> Annex {
    let text = include_bytes!("../../examples/agreements/rekenbaai.json");
    Annex::parse(text).unwrap()
}

impl World {
    /// A board, a school and a supplier that have agreed nothing yet. The board has agreed with the operator.
    pub(crate) async fn bare() -> Self {
        Self::bare_at(clock(), []).await
    }

    /// The same with these settings.
    pub(crate) async fn bare_with<const N: usize>(settings: [(&str, &str); N]) -> Self {
        Self::bare_at(clock(), settings).await
    }

    async fn bare_at<const N: usize>(clock: FixedClock, more: [(&str, &str); N]) -> Self {
        let world = Self::before_all_at(clock, more).await;
        world.agree_with_operator(None).await;
        world
    }

    /// The same, and the board has not agreed with the operator either.
    pub(crate) async fn before_all() -> Self {
        Self::before_all_at(clock(), []).await
    }

    /// The board agrees with the operator of the service, until a moment if it is given.
    pub(crate) async fn agree_with_operator(&self, until: Option<Timestamp>) {
        let window = Window {
            from: self.service.clock.now(),
            until,
        };
        self.service.agree_with_operator(self.board, window).await;
    }

    async fn before_all_at<const N: usize>(clock: FixedClock, more: [(&str, &str); N]) -> Self {
        let clock = Arc::new(clock);
        let persons = [INSIDE, INSIDE + 1, INSIDE + 2, INSIDE + 3, OUTSIDE]
            .map(|number| person(number, "99ZZ"))
            .into();
        let mut options = kennisnet::Options::new("sluis", "secret", &format!("{BASE}/oidc/callback"), persons);
        options.clock = clock.clone();
        options.persons.push(kennisnet::Person {
            username: "elsewhere".to_owned(),
            ..person(INSIDE, "98YY")
        });
        options.persons.push(kennisnet::Person {
            username: STRANGER.to_owned(),
            eck_id: Some(stranger()),
            ..person(INSIDE, "99ZZ")
        });
        options.persons.push(kennisnet::Person {
            username: "parent".to_owned(),
            role: kennisnet::Role::Other,
            ..person(INSIDE, "99ZZ")
        });
        let teacher = administration::staff_member(1);
        options.persons.push(kennisnet::Person {
            username: TEACHER.to_owned(),
            given_name: teacher.given_name.to_owned(),
            role: kennisnet::Role::Teacher,
            eck_id: Some(teacher.eck_id),
            ..person(INSIDE, "99ZZ")
        });
        options.persons.push(kennisnet::Person {
            username: LOCATED.to_owned(),
            ..person(INSIDE, "99ZZ00")
        });
        let kennisnet = Kennisnet::start("127.0.0.1:0", options).unwrap();
        let application = administration::Options::new("Sluis", APPLICATION_CODE, SCHOOL_KEY);
        let administration = Administration::start("127.0.0.1:0", application).unwrap();
        let settings = [
            ("KENNISNET__ISSUER", kennisnet.issuer()),
            ("KENNISNET__CLIENT_ID", "sluis"),
            ("KENNISNET__CLIENT_SECRET", "secret"),
            ("KENNISNET__ECK_ID_SEGMENTS", "['pilot']"),
        ];
        let service = Service::start_at(clock, settings.into_iter().chain(more)).await;
        let app = &service.app;
        let name = "Stichting De Vuurtoren".to_owned();
        let board = app.board_create(None, BoardCreate { name, oin: None }).await.unwrap();
        let school = app.school_create(None, school_in(board.id, "99ZZ00")).await.unwrap();
        let board_client = service.register(Role::Board(board.id), &[]).await;
        let school_client = service.register(Role::School(school.id), &[]).await;
        let supplier = party::supplier(&service, "Wadden Leermiddelen B.V.", "Rekenbaai").await;
        Self {
            administration,
            kennisnet,
            board: board.id,
            school: school.id,
            board_client,
            school_client,
            supplier,
            service,
            cookies: Cookies::default(),
        }
    }

    /// The same with everything agreed for one group, and the roster pulled.
    pub(crate) async fn start() -> Self {
        Self::start_with([]).await
    }

    /// The same with these settings.
    pub(crate) async fn start_with<const N: usize>(settings: [(&str, &str); N]) -> Self {
        Self::start_at(clock(), settings).await
    }

    /// The same by this clock.
    pub(crate) async fn start_at<const N: usize>(clock: FixedClock, settings: [(&str, &str); N]) -> Self {
        let world = Self::bare_at(clock, settings).await;
        world.agree(&world.supplier).await;
        world.pull().await;
        world
    }

    /// Agreement, mandate and activation for the group; accepted by both sides.
    pub(crate) async fn agree(&self, supplier: &Supplier) -> Activation {
        let scope = ActivationScope::GroupNames(BTreeSet::from([GROUP.to_owned()]));
        self.agree_for(supplier, scope).await
    }

    /// The same for a scope.
    pub(crate) async fn agree_for(&self, supplier: &Supplier, scope: ActivationScope) -> Activation {
        self.agree_about(supplier, scope, annex()).await
    }

    /// The same with another annex.
    pub(crate) async fn agree_about(&self, supplier: &Supplier, scope: ActivationScope, annex: Annex) -> Activation {
        let app = &self.service.app;
        let from_board = caller(&self.board_client, Role::Board(self.board));
        let from_school = caller(&self.school_client, Role::School(self.school));
        let from_supplier = caller(&supplier.client, supplier.role());
        let offer = AgreementOffer {
            board: self.board,
            window: Window::since(self.service.clock.now()),
            annex,
        };
        let agreement = app.agreement_offer(&from_supplier, offer).await.unwrap();
        app.agreement_accept(&from_board, agreement.id, agreement.annex_hash)
            .await
            .unwrap();
        app.mandate_create(&from_board, self.board, supplier.supplier, None)
            .await
            .unwrap();
        let activation = app
            .activation_create(&from_school, self.school, supplier.product, scope, None)
            .await
            .unwrap();
        app.activation_accept(&from_supplier, self.school, activation.id)
            .await
            .unwrap()
    }

    /// Another location of the same institution, with a roster of nobody.
    pub(crate) async fn another_location(&self) -> SchoolId {
        let input = school_in(self.board, "99ZZ01");
        self.service.app.school_create(None, input).await.unwrap().id
    }

    /// Another supplier, with nothing agreed.
    pub(crate) async fn another_supplier(&self) -> Supplier {
        party::supplier(&self.service, "Andere Leermiddelen B.V.", "Taalhaven").await
    }

    /// A distributor, with nothing agreed.
    pub(crate) async fn distributor(&self) -> Supplier {
        party::distributor(&self.service, "Kwelder Distributie B.V.", "Boekenlijst").await
    }

    /// The school switches the product off.
    pub(crate) async fn switch_off(&self) {
        let from_school = caller(&self.school_client, Role::School(self.school));
        let app = &self.service.app;
        for activation in app.activation_list(&from_school, self.school).await.unwrap() {
            app.activation_end(&from_school, self.school, activation.id)
                .await
                .unwrap();
        }
    }

    /// The operator revokes a client.
    pub(crate) async fn revoke(&self, client: ClientId) {
        let operator = self.service.register(Role::Operator, &[]).await;
        let from_operator = caller(&operator, Role::Operator);
        self.service.app.client_revoke(&from_operator, client).await.unwrap();
    }

    /// The keyed hashes of the persons whom the records of logins are about.
    pub(crate) async fn subjects_of_logins(&self) -> Vec<Option<Digest>> {
        let from_school = caller(&self.school_client, Role::School(self.school));
        let app = &self.service.app;
        let records = app
            .record_list(&from_school, Owner::School(self.school), &Places::default(), 200)
            .await
            .unwrap();
        let drafts = records.into_iter().map(|record| record.record.draft);
        let logins = drafts.filter(|draft| draft.kind == RecordKind::Login);
        logins.map(|draft| draft.subject).collect()
    }

    /// Pulls the roster from the administration system.
    pub(crate) async fn pull(&self) {
        assert_eq!(self.pulled().await, None);
    }

    /// The same: why nothing was taken in.
    pub(crate) async fn pulled(&self) -> Option<RunReason> {
        let from_school = caller(&self.school_client, Role::School(self.school));
        let app = &self.service.app;
        let input = ConnectionCreate {
            dialect: Dialect::Uwlr22,
            endpoint: Url::parse(self.administration.url()).unwrap(),
            authorisation_key: SCHOOL_KEY.into(),
            client_code: APPLICATION_CODE.into(),
            client_name: "Sluis".to_owned(),
        };
        let connection = app.connection_create(&from_school, self.school, input).await.unwrap();
        app.connection_activate(&from_school, self.school, connection.id)
            .await
            .unwrap();
        let run = app
            .connection_pull(&from_school, self.school, connection.id)
            .await
            .unwrap();
        run.end.unwrap().reason
    }

    /// Pulls once more by the connection that is there.
    pub(crate) async fn pull_again(&self) {
        let from_school = caller(&self.school_client, Role::School(self.school));
        let app = &self.service.app;
        let connections = app.connection_list(&from_school, self.school).await.unwrap();
        let pull = app.connection_pull(&from_school, self.school, connections[0].id);
        assert_eq!(pull.await.unwrap().end.unwrap().reason, None);
    }

    /// What a school enters about the administration system that runs here.
    pub(crate) fn connection(&self) -> Value {
        json!({
            "dialect": "uwlr-2.2",
            "endpoint": self.administration.url(),
            "authorisationKey": SCHOOL_KEY,
            "clientCode": APPLICATION_CODE,
            "clientName": "Sluis",
        })
    }

    /// The path of something of the school.
    pub(crate) fn of_school(&self, path: &str) -> String {
        format!("/v1/schools/{}/{path}", self.school)
    }

    /// A token of the supplier, bound to the school and this purpose.
    pub(crate) async fn supplier_token(&self, purpose: &str) -> String {
        let bound = json!({ "type": "sluis", "school": self.school, "purpose": purpose });
        self.service.token(&self.supplier.client, Some(bound)).await
    }

    /// Posts JSON with a token.
    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        Answer::of(self.service.post(path).bearer_auth(token).json(&body)).await
    }

    /// Gets something with a token.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        Answer::of(self.service.get(path).bearer_auth(token)).await
    }
}

fn school_in(board: BoardId, brin: &str) -> SchoolCreate {
    SchoolCreate {
        board,
        name: "De Baken".to_owned(),
        brin: Brin6::parse(brin).unwrap(),
        oin: None,
        rio: None,
        digi_delivery_id: None,
    }
}

/// Another school of another board, with a client of its own.
pub(crate) async fn elsewhere(service: &Service) -> RegisteredClient {
    school_elsewhere(service).await.client
}

/// A school of another board.
pub(crate) struct Elsewhere {
    pub(crate) board: BoardId,
    pub(crate) school: SchoolId,
    /// The client of the school.
    pub(crate) client: RegisteredClient,
}

/// The same, with board and school.
pub(crate) async fn school_elsewhere(service: &Service) -> Elsewhere {
    let name = "Stichting Elders".to_owned();
    let board = service
        .app
        .board_create(None, BoardCreate { name, oin: None })
        .await
        .unwrap();
    let school = service
        .app
        .school_create(None, school_in(board.id, "97XX00"))
        .await
        .unwrap();
    Elsewhere {
        board: board.id,
        school: school.id,
        client: service.register(Role::School(school.id), &[]).await,
    }
}

fn person(number: u32, brin: &str) -> kennisnet::Person {
    let pupil = administration::pupil(number);
    kennisnet::Person {
        username: number.to_string(),
        given_name: pupil.given_name.to_owned(),
        role: kennisnet::Role::Pupil,
        brin: brin.to_owned(),
        eck_id: Some(pupil.eck_id),
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// Sends a request and reads its answer.
    pub(crate) async fn of(request: Ask) -> Self {
        Self::read(request.send().await.unwrap()).await
    }

    pub(crate) async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {status} {text}"));
        Self { status, body }
    }

    /// The body of an answer that must be good.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.body);
        self.body
    }

    /// The body of a problem that must be this one.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, &self.body["code"]),
            (status, &json!(code)),
            "{}",
            self.body
        );
        self.body
    }

    /// The codes and places of the errors in the input, which must be refused.
    #[track_caller]
    pub(crate) fn input_errors(self) -> BTreeSet<(String, String)> {
        let body = self.problem(400, "invalid_input");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = body["errors"].as_array().unwrap().iter().map(|error| {
            let place = ["pointer", "parameter", "header"]
                .iter()
                .find_map(|place| error.get(*place));
            (text(place.unwrap()), text(&error["code"]))
        });
        errors.collect()
    }

    /// The codes of the reasons of the gate, which must have refused.
    #[track_caller]
    pub(crate) fn refusal(self) -> Vec<String> {
        let body = self.problem(403, "refused");
        assert!(body["recordId"].is_string(), "{body}");
        let reasons = body["reasons"].as_array().unwrap().iter();
        reasons
            .map(|reason| reason["code"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Place and code, as errors in input are compared.
pub(crate) fn errors<const N: usize>(errors: [(&str, &str); N]) -> BTreeSet<(String, String)> {
    errors.map(|(place, code)| (place.to_owned(), code.to_owned())).into()
}
