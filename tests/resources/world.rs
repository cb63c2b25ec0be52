//! Two boards with a school each, two suppliers with a product each and a distributor, all invented, and a program for
//! each of them.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use sluis::app::caller::Role;
use sluis_core::{
    id::{BoardId, ProductId, SchoolId, SupplierId},
    time::Clock,
};
use sluis_test_kit::client::Ask;
use sluis_test_kit::service::{RegisteredClient, Service};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Operator,
    Board,
    OtherBoard,
    School,
    OtherSchool,
    Supplier,
    OtherSupplier,
    Distributor,
}

impl Who {
    pub(crate) const ALL: [Self; 8] = [
        Self::Operator,
        Self::Board,
        Self::OtherBoard,
        Self::School,
        Self::OtherSchool,
        Self::Supplier,
        Self::OtherSupplier,
        Self::Distributor,
    ];
}

/// A service with parties in it.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) board: String,
    pub(crate) other_board: String,
    pub(crate) school: String,
    pub(crate) other_school: String,
    pub(crate) supplier: String,
    pub(crate) other_supplier: String,
    pub(crate) product: String,
    pub(crate) other_product: String,
    /// The product of the distributor.
    pub(crate) routing: String,
    tokens: Vec<String>,
    clients: Vec<RegisteredClient>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn of(request: Ask) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.json().await.unwrap_or_default();
        Self { status, headers, body }
    }

    /// The body of an answer with this status.
    pub(crate) fn with(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The body of what was made, once its address is that of its id.
    pub(crate) fn created(self) -> Value {
        let location = self
            .headers
            .get("location")
            .map(|value| value.to_str().unwrap().to_owned());
        let body = self.with(201);
        let id = body["id"].as_str().unwrap();
        assert!(location.unwrap().ends_with(&format!("/{id}")));
        body
    }

    /// The body of a problem.
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.body["code"], code, "{}", self.body);
        self.body
    }

    /// The places and codes of what is wrong with the input, in order of place.
    pub(crate) fn errors(self) -> Vec<(String, String)> {
        let body = self.problem(400, "invalid_input");
        let text = |error: &Value, name: &str| error[name].as_str().map(str::to_owned);
        let mut errors: Vec<_> = body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| {
                let place = text(error, "pointer").or_else(|| text(error, "parameter"));
                (place.unwrap(), text(error, "code").unwrap())
            })
            .collect();
        errors.sort();
        errors
    }

    pub(crate) fn assert_errors(self, expected: &[(&str, &str)]) {
        let errors = self.errors();
        let errors: Vec<_> = errors
            .iter()
            .map(|(place, code)| (place.as_str(), code.as_str()))
            .collect();
        assert_eq!(errors, expected);
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The ids of a list.
pub(crate) fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| text(&item["id"])).collect()
}

/// A service with an operator and nothing else.
pub(crate) struct Empty {
    pub(crate) service: Service,
    pub(crate) operator: String,
    client: RegisteredClient,
}

impl Empty {
    pub(crate) async fn start() -> Self {
        let service = Service::start().await;
        let client = service.register(Role::Operator, &[]).await;
        let operator = service.token(&client, None).await;
        Self {
            service,
            operator,
            client,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.service.get(path).bearer_auth(&self.operator)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.service.post(path).bearer_auth(&self.operator).json(body)).await
    }

    async fn make(&self, path: &str, body: Value) -> String {
        text(&self.post(path, &body).await.created()["id"])
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        let empty = Empty::start().await;
        let board = empty
            .make("/v1/boards", json!({ "name": "Stichting De Vuurtoren" }))
            .await;
        let other_board = empty
            .make("/v1/boards", json!({ "name": "Stichting Het Kompas" }))
            .await;
        let school = json!({ "board": board, "name": "De Baken", "brin": "99ZZ" });
        let school = empty.make("/v1/schools", school).await;
        let other_school = json!({ "board": other_board, "name": "De Steven", "brin": "98ZZ" });
        let other_school = empty.make("/v1/schools", other_school).await;
        let mut parties = Vec::new();
        for (name, kind) in [
            ("Wadden Leermiddelen", "supplier"),
            ("Duin Uitgevers", "supplier"),
            ("Kwelder Distributie", "distributor"),
        ] {
            let supplier = empty.make("/v1/suppliers", json!({ "name": name, "kind": kind })).await;
            let product = json!({ "supplier": supplier, "name": "Rekenbaai" });
            let product = empty.make("/v1/products", product).await;
            parties.push((supplier, product));
        }
        let [
            (supplier, product),
            (other_supplier, other_product),
            (distributor, routing),
        ] = <[_; 3]>::try_from(parties).unwrap();
        let of =
            |supplier: &str, product: &str| (SupplierId::parse(supplier).unwrap(), ProductId::parse(product).unwrap());
        let service = empty.service;
        let mut tokens = vec![empty.operator];
        let mut clients = vec![empty.client];
        for who in Who::ALL.into_iter().skip(1) {
            let role = match who {
                Who::Operator => Role::Operator,
                Who::Board => Role::Board(BoardId::parse(&board).unwrap()),
                Who::OtherBoard => Role::Board(BoardId::parse(&other_board).unwrap()),
                Who::School => Role::School(SchoolId::parse(&school).unwrap()),
                Who::OtherSchool => Role::School(SchoolId::parse(&other_school).unwrap()),
                Who::Supplier => {
                    let (supplier, product) = of(&supplier, &product);
                    Role::Supplier { supplier, product }
                }
                Who::OtherSupplier => {
                    let (supplier, product) = of(&other_supplier, &other_product);
                    Role::Supplier { supplier, product }
                }
                Who::Distributor => {
                    let (supplier, product) = of(&distributor, &routing);
                    Role::Distributor { supplier, product }
                }
            };
            let client = service.register(role, &[]).await;
            tokens.push(service.token(&client, None).await);
            clients.push(client);
        }
        Self {
            service,
            board,
            other_board,
            school,
            other_school,
            supplier,
            other_supplier,
            product,
            other_product,
            routing,
            tokens,
            clients,
        }
    }

    /// Time goes by, and everybody gets a new token.
    pub(crate) async fn wait_secs(&mut self, secs: i64) {
        self.service.clock.advance_secs(secs);
        let mut tokens = Vec::new();
        for client in &self.clients {
            tokens.push(self.service.token(client, None).await);
        }
        self.tokens = tokens;
    }

    pub(crate) fn token(&self, who: Who) -> &str {
        let place = Who::ALL.iter().position(|other| *other == who).unwrap();
        &self.tokens[place]
    }

    pub(crate) async fn get(&self, who: Who, path: &str) -> Answer {
        Answer::of(self.service.get(path).bearer_auth(self.token(who))).await
    }

    pub(crate) async fn post(&self, who: Who, path: &str, body: &Value) -> Answer {
        Answer::of(self.service.post(path).bearer_auth(self.token(who)).json(body)).await
    }

    /// A step without a body.
    pub(crate) async fn step(&self, who: Who, path: &str) -> Answer {
        Answer::of(self.service.post(path).bearer_auth(self.token(who))).await
    }

    pub(crate) fn now(&self) -> String {
        self.in_secs(0)
    }

    /// The moment so many seconds from now.
    pub(crate) fn in_secs(&self, secs: i64) -> String {
        self.service.clock.now().plus_secs(secs).to_string()
    }

    /// An offer of the product to the board, in force from now on.
    pub(crate) fn offer(&self) -> Value {
        json!({ "board": self.board, "validFrom": self.now(), "annex": annex() })
    }

    /// The agreement of the product, offered.
    pub(crate) async fn agreement(&self) -> Value {
        self.post(Who::Supplier, "/v1/agreements", &self.offer())
            .await
            .created()
    }

    /// The product, switched on for the whole school and accepted by nobody yet.
    pub(crate) async fn activation(&self) -> Value {
        let body = json!({ "product": self.product, "scope": { "kind": "school" } });
        self.post(Who::School, &self.at_school("activations"), &body)
            .await
            .created()
    }

    pub(crate) fn at_school(&self, what: &str) -> String {
        format!("/v1/schools/{}/{what}", self.school)
    }

    pub(crate) fn at_board(&self, what: &str) -> String {
        format!("/v1/boards/{}/{what}", self.board)
    }
}

/// The annex of the example.
pub(crate) fn annex() -> Value {
    serde_json::from_str(include_str!("../../examples/agreements/rekenbaai.json")).unwrap()
}

/// An id that nobody has.
pub(crate) const NOBODY: &str = "01990a3e-7c00-7000-8000-000000000001";
