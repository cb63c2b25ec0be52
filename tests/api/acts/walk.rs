//! A world in which everything can be asked for by everybody, and what each question leaves in every log of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sluis::app::{
    action,
    caller::{Role, RoleKind},
};
use sluis_core::{
    id::{ClientId, PersonId, RestrictionId},
    ledger::{Owner, Record},
};
use sluis_test_kit::service::RegisteredClient;

use super::table::Line;
use crate::world::{Answer, World, caller, school_elsewhere};

/// What releases or asks instead of writing: decided and recorded anew each time, whatever key comes along. A look at a document
/// that came along is no act, and leaves nothing.
const ASKS: [&str; 12] = [
    "account_change_search",
    "account_resolve",
    "account_search",
    "agreement_lint",
    "board_record_export",
    "decision_create",
    "disclosure_release",
    "handover_fetch",
    "learner_search",
    "record_export",
    "record_search",
    "request_access",
];

/// Somebody who asks.
struct Party {
    client: ClientId,
    token: String,
}

/// The log of somebody, and how many of its records have been told of.
struct Log {
    name: &'static str,
    owner: Owner,
    told: usize,
}

/// An operation of the document.
#[derive(Clone)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) path: String,
    /// Who may ask it; nobody in particular, where no token is asked for.
    pub(super) by: Option<Vec<RoleKind>>,
}

/// Asks one operation after the other, and keeps what each left on record.
pub(super) struct Walk {
    pub(super) world: World,
    reads: Vec<Operation>,
    writes: BTreeMap<String, Operation>,
    parties: BTreeMap<RoleKind, Party>,
    logs: Vec<Log>,
    /// How many records there are in all streams.
    recorded: u64,
    /// The things made so far, by the name of their parameter.
    pub(super) things: BTreeMap<&'static str, String>,
    /// Those of the same kind that the distributor has of its own.
    pub(super) routing: BTreeMap<&'static str, String>,
    pub(super) done: BTreeSet<String>,
    pub(super) lines: Vec<Line>,
    /// Lines that are not of what was walked through.
    pub(super) beside: Vec<Line>,
}

impl Walk {
    /// Two locations of one board, a school of another board, a supplier that has agreed nothing yet, and a distributor whose
    /// product is switched on.
    pub(super) async fn begin() -> Self {
        let world = World::bare().await;
        let document = world.service.get("/v1/openapi.json").send().await.unwrap();
        let document: Value = document.json().await.unwrap();
        let distributor = world.distributor().await;
        let activation = world.agree(&distributor).await;
        let location = world.another_location().await;
        let elsewhere = school_elsewhere(&world.service).await;
        let operator = world.service.register(Role::Operator, &[]).await;
        let mut parties = BTreeMap::new();
        for (role, client) in [
            (RoleKind::Operator, &operator),
            (RoleKind::Board, &world.board_client),
            (RoleKind::School, &world.school_client),
            (RoleKind::Supplier, &world.supplier.client),
            (RoleKind::Distributor, &distributor.client),
        ] {
            parties.insert(role, Party::new(&world, client).await);
        }
        let things = [
            ("board", world.board.to_string()),
            ("school", world.school.to_string()),
            ("location", location.to_string()),
            ("supplier", world.supplier.supplier.to_string()),
            ("product", world.supplier.product.to_string()),
            ("routing", distributor.product.to_string()),
        ];
        let agreements = world
            .get("/v1/agreements", &parties[&RoleKind::Distributor].token)
            .await
            .ok();
        let routing = [
            ("agreement", agreements["items"][0]["id"].as_str().unwrap().to_owned()),
            ("activation", activation.id.to_string()),
        ];
        let logs = [
            ("operator", Owner::Operator),
            ("board", Owner::Board(world.board)),
            ("school", Owner::School(world.school)),
            ("other-school", Owner::School(location)),
            ("foreign-board", Owner::Board(elsewhere.board)),
            ("foreign-school", Owner::School(elsewhere.school)),
        ];
        let writes = operations(&document, |method| method != "get");
        let mut walk = Self {
            world,
            reads: operations(&document, |method| method == "get"),
            writes: writes.into_iter().map(|write| (write.id.clone(), write)).collect(),
            parties,
            logs: logs.map(|(name, owner)| Log { name, owner, told: 0 }).into(),
            recorded: 0,
            things: things.into(),
            routing: routing.into(),
            done: BTreeSet::new(),
            lines: Vec::new(),
            beside: Vec::new(),
        };
        walk.overlook().await;
        walk
    }

    /// The operations that write or release: all that are not read by `GET`.
    pub(super) fn writes(&self) -> BTreeSet<String> {
        self.writes.keys().cloned().collect()
    }

    pub(super) fn reads(&self) -> Vec<Operation> {
        self.reads.clone()
    }

    /// Asks a writing operation; a write is sent again and not done again.
    /// What is done with something else again has a word of its own behind a colon.
    pub(super) async fn step(&mut self, id: &'static str, by: RoleKind, body: Value) -> Value {
        let name = id.split(':').next().unwrap();
        let operation = self.writes[name].clone();
        let path = self.path(&operation, Some(by));
        let (answer, location, again) = self.send(id, &path, by, &body).await;
        assert!(!again);
        self.tell(id, Some(by), &format!("{path} {body}"), &answer).await;
        if !ASKS.contains(&id) {
            let replayed = (answer.clone(), location, true);
            assert_eq!(self.send(id, &path, by, &body).await, replayed, "`{id}` is done twice");
            assert_eq!(self.all_records().await, self.recorded, "`{id}` is recorded twice");
        }
        self.done.insert(name.to_owned());
        answer
    }

    /// The id by which the roster knows the one whose restriction was made last. That this was looked up is no part of the walk.
    pub(super) async fn person(&mut self) -> PersonId {
        let of_school = caller(&self.world.school_client, Role::School(self.world.school));
        let restriction = self.things["restriction"].parse().unwrap();
        let restriction = RestrictionId::from_uuid(restriction);
        let found = self
            .world
            .service
            .app
            .restriction_view(&of_school, self.world.school, restriction);
        let person = found.await.unwrap().restriction.person;
        self.overlook().await;
        person
    }

    /// Asks an operation that the gate refuses, whatever shape the refusal has.
    pub(super) async fn refuse(&mut self, name: &'static str, by: RoleKind, body: Value) -> Value {
        let operation = self.writes[name.split(':').next().unwrap()].clone();
        let path = self.path(&operation, Some(by));
        let request = self.world.service.post(&path).bearer_auth(&self.parties[&by].token);
        let answer = Answer::of(request.header("Purpose-Code", "D1").json(&body)).await.body;
        self.tell_beside(name, by, &format!("{path} {body}"), &answer).await;
        answer
    }

    /// Keeps the lines about what was recorded since apart from those of the walk.
    pub(super) async fn tell_beside(&mut self, name: &'static str, by: RoleKind, asked: &str, answer: &Value) {
        let from = self.lines.len();
        self.tell(name, Some(by), asked, answer).await;
        self.beside.extend(self.lines.split_off(from));
    }

    /// What was recorded since is no part of the walk.
    pub(super) async fn overlook(&mut self) {
        drop(self.new_records().await);
        self.recorded = self.all_records().await;
    }

    /// Answer, place, and whether it was answered before.
    async fn send(&self, id: &str, path: &str, by: RoleKind, body: &Value) -> (Value, Option<String>, bool) {
        let request = self.world.service.post(path).bearer_auth(&self.parties[&by].token);
        let request = request.header("Purpose-Code", "D1").header("Idempotency-Key", id);
        let response = request.json(body).send().await.unwrap();
        let again = response.headers().contains_key("idempotency-replayed");
        let location = response.headers().get("location");
        let location = location.map(|value| value.to_str().unwrap().to_owned());
        (Answer::read(response).await.ok(), location, again)
    }

    /// Asks a reading operation about what there is for this party; nobody in particular asks without a token.
    pub(super) async fn read(&mut self, operation: &Operation, by: Option<RoleKind>, query: &str) {
        let path = self.path(operation, by) + query;
        let mut request = self.world.service.get(&path);
        if let Some(by) = by {
            request = request.bearer_auth(&self.parties[&by].token);
        }
        let answer = Answer::of(request).await.ok();
        self.tell(&operation.id, by, &path, &answer).await;
    }

    fn path(&self, operation: &Operation, by: Option<RoleKind>) -> String {
        let mut path = format!("/v1{}", operation.path);
        let own = self.routing.iter().filter(|_| by == Some(RoleKind::Distributor));
        for (name, thing) in own.chain(&self.things) {
            path = path.replace(&format!("{{{name}}}"), thing);
        }
        assert!(
            !path.contains('{'),
            "`{}` needs something that is not made",
            operation.id
        );
        path
    }

    /// Keeps the lines about what was recorded since: in every log there is, and nowhere else.
    async fn tell(&mut self, id: &str, by: Option<RoleKind>, asked: &str, answer: &Value) {
        let made = answer["id"].clone();
        match id {
            "board_create" => self.log("new-board", Owner::Board(serde_json::from_value(made).unwrap())),
            "school_create" => self.log("new-school", Owner::School(serde_json::from_value(made).unwrap())),
            _ => {}
        }
        let new = self.new_records().await;
        self.recorded += new.len() as u64;
        assert_eq!(
            self.all_records().await,
            self.recorded,
            "`{id}` is in a log that nobody looked into"
        );
        if let Some(record) = answer.get("recordId") {
            let named = |(_, new): &(&str, Record)| json!(new.draft.id) == *record;
            assert!(new.iter().any(named), "`{id}` names another record than its own");
        }
        let asker = by.map(|by| self.parties[&by].client);
        let line = |(log, record): (&str, Record)| {
            let draft = record.draft;
            let by = match draft.asker {
                None => "service",
                client if client == asker => word(by),
                other => panic!("`{id}` is on record as asked by {other:?}"),
            };
            let resource = draft.resource.map_or("-".to_owned(), |resource| {
                let kind = resource.kind.as_str();
                let this = resource.id.to_string();
                match this {
                    this if answer["id"] == this => kind.to_owned(),
                    this if asked.contains(&this) => format!("{kind}:asked"),
                    this => panic!("`{id}` is on record about {kind} {this}, which nobody named"),
                }
            });
            let about = match (draft.subject, draft.page) {
                (Some(_), None) => "person".to_owned(),
                (None, Some(page)) => format!("page:{}", page.lines),
                (None, None) => "nobody".to_owned(),
                (Some(_), Some(_)) => panic!("`{id}` is on record about a person and a page of them"),
            };
            let (kind, outcome) = (json!(draft.kind), draft.outcome.as_str());
            let (kind, name) = (kind.as_str().unwrap(), draft.name.as_str());
            Line::of(&format!("{id} {by} {log} {kind} {name} {resource} {outcome} {about}"))
        };
        let nothing = Line::of(&format!("{id} {} nothing", word(by)));
        let nothing = Some(nothing).filter(|_| new.is_empty());
        let lines = new.into_iter().map(line).chain(nothing).collect::<Vec<_>>();
        self.lines.extend(lines);
    }

    fn log(&mut self, name: &'static str, owner: Owner) {
        self.logs.push(Log { name, owner, told: 0 });
    }

    async fn new_records(&mut self) -> Vec<(&'static str, Record)> {
        let mut new = Vec::new();
        for log in &mut self.logs {
            let records = self.world.service.records(log.owner).await;
            let from = std::mem::replace(&mut log.told, records.len());
            new.extend(records.into_iter().skip(from).map(|record| (log.name, record)));
        }
        new
    }

    /// How many records there are, in whosever log: the sizes of all trees.
    async fn all_records(&self) -> u64 {
        let heads = Answer::of(self.world.service.get("/v1/ledger/checkpoints")).await.ok();
        let heads = heads["items"].as_array().unwrap().iter();
        // C2SP tlog-checkpoint: the second line is the size.
        let sizes = heads.map(|head| head["checkpoint"].as_str().unwrap().lines().nth(1).unwrap());
        sizes.map(|size| size.parse::<u64>().unwrap()).sum()
    }
}

fn word(by: Option<RoleKind>) -> &'static str {
    by.as_ref().map_or("anybody", |role| role.as_str())
}

impl Party {
    async fn new(world: &World, client: &RegisteredClient) -> Self {
        Self {
            client: client.id,
            token: world.service.token(client, None).await,
        }
    }
}

/// The operations of the document with such a method.
fn operations(document: &Value, wanted: impl Fn(&str) -> bool) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (_, operation) in item.as_object().unwrap().iter().filter(|(method, _)| wanted(method)) {
            let scope = operation["security"][0]["bearer"][0].as_str();
            let by = scope.map(|scope| {
                let action = action::ALL.iter().find(|action| action.name == scope).unwrap();
                RoleKind::ALL
                    .into_iter()
                    .filter(|role| (action.permits)(*role))
                    .collect()
            });
            found.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                path: path.clone(),
                by,
            });
        }
    }
    found
}
