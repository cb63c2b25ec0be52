//! Bad inputs at every operation, from the document itself: refused with a stable code at the right place, and nothing is
//! changed. An operation that the document has and this table cannot ask fails.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sluis::app::{action, caller::RoleKind};
use sluis_core::{
    id::{BoardId, SchoolId},
    ledger::Owner,
};
use sluis_test_kit::client::Ask;

use super::world::{Answer, NOBODY, Who, World};

/// Operations with a body of which no field is required by itself: nothing can be missing, unless it is one of two. This list
/// may only shrink.
const NOTHING_REQUIRED: [&str; 3] = ["account_change_search", "learner_search", "record_search"];

/// Operations that write and take no body. This list may only shrink.
const NO_BODY: [&str; 15] = [
    "account_change_undo",
    "activation_accept",
    "activation_end",
    "approval_withdraw",
    "client_revoke",
    "connection_activate",
    "connection_end",
    "connection_pull",
    "instruction_end",
    "instruction_resume",
    "instruction_suspend",
    "mandate_revoke",
    "narrowing_end",
    "restriction_end",
    "stance_end",
];

struct Operation<'a> {
    id: &'a str,
    method: &'a str,
    path: &'a str,
    content: &'a Value,
}

/// The first role that may ask for it.
fn who(operation: &Operation<'_>) -> Who {
    let scope = operation.content["security"][0]["bearer"][0].as_str().unwrap();
    let action = action::ALL.iter().find(|action| action.name == scope).unwrap();
    let roles = [
        (RoleKind::Operator, Who::Operator),
        (RoleKind::Board, Who::Board),
        (RoleKind::School, Who::School),
        (RoleKind::Supplier, Who::Supplier),
        (RoleKind::Distributor, Who::Distributor),
    ];
    let found = roles.into_iter().find(|(role, _)| (action.permits)(*role));
    found.unwrap().1
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, content)| Operation {
            id: content["operationId"].as_str().unwrap(),
            method,
            path,
            content,
        })
    });
    all.filter(|operation| operation.content["security"] != json!([]))
        .collect()
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// A value that is not of the type of this schema.
fn of_another_type(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        Value::String(only) => vec![only.as_str()],
        _ => Vec::new(),
    };
    if types.contains(&"string") {
        json!(7)
    } else {
        json!("x")
    }
}

/// The fields of a body, and those that every form of it requires.
fn fields(document: &Value, schema: &Value) -> (BTreeMap<String, Value>, BTreeSet<String>) {
    let schema = resolved(document, schema);
    let own = schema["properties"].as_object().into_iter().flatten();
    let mut properties: BTreeMap<_, _> = own.map(|(name, field)| (name.clone(), field.clone())).collect();
    let names = schema["required"].as_array().into_iter().flatten();
    let mut required: BTreeSet<_> = names.map(|name| name.as_str().unwrap().to_owned()).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let (more, needed) = fields(document, part);
        properties.extend(more);
        required.extend(needed);
    }
    let mut in_all: Option<BTreeSet<String>> = None;
    for form in schema["oneOf"].as_array().into_iter().flatten() {
        let (more, needed) = fields(document, form);
        properties.extend(more);
        in_all = Some(match in_all {
            Some(others) => others.intersection(&needed).cloned().collect(),
            None => needed,
        });
    }
    required.extend(in_all.into_iter().flatten());
    (properties, required)
}

struct Table {
    world: World,
    document: Value,
    tried: BTreeSet<String>,
}

impl Table {
    fn request(&self, operation: &Operation<'_>) -> Ask {
        let segments = operation.path.split('/').skip(1).map(|segment| match segment {
            "{school}" => format!("/{}", self.world.school),
            "{board}" => format!("/{}", self.world.board),
            segment if segment.starts_with('{') => format!("/{NOBODY}"),
            segment => format!("/{segment}"),
        });
        let url = format!("/v1{}", segments.collect::<String>());
        let request = match operation.method {
            "get" => self.world.service.get(&url),
            _ => self.world.service.post(&url),
        };
        request.bearer_auth(self.world.token(who(operation)))
    }

    /// Every log, and how much is in it.
    async fn logs(&self) -> Vec<usize> {
        let board = BoardId::parse(&self.world.board).unwrap();
        let school = SchoolId::parse(&self.world.school).unwrap();
        let mut lengths = Vec::new();
        for owner in [Owner::Operator, Owner::Board(board), Owner::School(school)] {
            lengths.push(self.world.service.records(owner).await.len());
        }
        lengths
    }

    /// Asserts that this body is refused, with this error at this place.
    async fn refused(&mut self, operation: &Operation<'_>, body: &Value, place: &str, code: &str) {
        let answer = Answer::of(self.request(operation).json(body)).await;
        let errors = answer.errors();
        let found = errors
            .iter()
            .any(|(at, of)| at == place && (of == code || code.is_empty()));
        assert!(
            found,
            "`{}`: {body}: no `{code}` at `{place}` in {errors:?}",
            operation.id
        );
        self.tried.insert(operation.id.to_owned());
    }

    async fn body(&mut self, operation: &Operation<'_>) {
        let document = self.document.clone();
        let content = &operation.content["requestBody"]["content"]["application/json"]["schema"];
        let (properties, required) = fields(&document, content);
        assert!(!properties.is_empty(), "`{}` has a body without fields", operation.id);
        for (broken, media_type, status, code) in [
            ("{", "application/json", 400, "malformed_json"),
            ("", "application/json", 400, "malformed_json"),
            ("{}", "text/plain", 415, "unsupported_media_type"),
        ] {
            let request = self.request(operation).header("content-type", media_type).body(broken);
            Answer::of(request).await.problem(status, code);
        }
        self.refused(operation, &json!([]), "", "wrong_type").await;
        self.refused(operation, &json!({ "zzz": 1 }), "/zzz", "unknown_field")
            .await;
        for (name, schema) in &properties {
            let wrong = of_another_type(&document, schema);
            // Which fields there are is for the role to say, and keys are looked into when the rest can be read.
            let mut body = if operation.id == "client_create" {
                json!({ "role": "school", "name": "Program", "jwks": { "keys": [] } })
            } else {
                json!({})
            };
            body[name] = wrong;
            self.refused(operation, &body, &format!("/{name}"), "").await;
        }
        assert_eq!(
            required.is_empty(),
            NOTHING_REQUIRED.contains(&operation.id),
            "`{}`",
            operation.id
        );
        for name in required {
            let place = format!("/{name}");
            self.refused(operation, &json!({}), &place, "missing").await;
        }
    }

    async fn query(&mut self, operation: &Operation<'_>) {
        let parameters = operation.content["parameters"].as_array().into_iter().flatten();
        let query: Vec<_> = parameters
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        for name in &query {
            let answer = Answer::of(self.request(operation).query(&[(name, "\u{7}")])).await;
            let errors = answer.errors();
            assert!(
                errors.iter().any(|(place, _)| place == name),
                "`{}`: {errors:?}",
                operation.id
            );
        }
        if !query.is_empty() {
            let answer = Answer::of(self.request(operation).query(&[("zzz", "1")])).await;
            answer.assert_errors(&[("zzz", "unknown_field")]);
            self.tried.insert(operation.id.to_owned());
        }
    }

    /// An id in the path that is none.
    async fn path(&mut self, operation: &Operation<'_>) {
        if !operation.path.contains('{') {
            return;
        }
        let url = operation
            .path
            .split('/')
            .skip(1)
            .map(|segment| match segment.starts_with('{') {
                true => "/111222333".to_owned(),
                false => format!("/{segment}"),
            });
        let url = format!("/v1{}", url.collect::<String>());
        let request = match operation.method {
            "get" => self.world.service.get(&url),
            _ => self.world.service.post(&url).json(&json!({})),
        };
        let answer = Answer::of(request.bearer_auth(self.world.token(who(operation)))).await;
        assert!(
            matches!(answer.status, 400 | 404),
            "`{}`: {}",
            operation.id,
            answer.body
        );
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(!answer.body.to_string().contains("111222333"), "{}", answer.body);
        // That would be the router's: there is no such path.
        assert_ne!(answer.body["code"], "not_found", "`{}`", operation.id);
        self.tried.insert(operation.id.to_owned());
    }

    /// A header that cannot be read, on a request that is good or bad otherwise.
    async fn headers(&mut self, operation: &Operation<'_>) {
        let parameters = operation.content["parameters"].as_array().into_iter().flatten();
        for header in parameters.filter(|parameter| parameter["in"] == "header") {
            let name = header["name"].as_str().unwrap();
            let request = self.request(operation).header(name, "\u{e9}".repeat(300));
            let answer = Answer::of(request.json(&json!({}))).await.problem(400, "invalid_input");
            let errors = answer["errors"].as_array().unwrap();
            assert!(
                errors.iter().any(|error| error["header"] == name),
                "`{}`: {errors:?}",
                operation.id
            );
        }
    }
}

#[actix_web::test]
async fn every_operation_refuses_what_is_wrong_at_its_place_and_changes_nothing() {
    let world = World::start().await;
    let document = world.service.get("/v1/openapi.json").send().await.unwrap();
    let document: Value = document.json().await.unwrap();
    let mut table = Table {
        world,
        document: document.clone(),
        tried: BTreeSet::new(),
    };
    let before = table.logs().await;
    let mut without = BTreeSet::new();
    let mut untried = Vec::new();
    for operation in &operations(&document) {
        if operation.content["requestBody"].is_object() {
            table.body(operation).await;
        } else if operation.method != "get" {
            without.insert(operation.id);
        }
        table.query(operation).await;
        table.path(operation).await;
        table.headers(operation).await;
        if !table.tried.contains(operation.id) {
            untried.push(operation.id);
        }
    }
    assert_eq!(table.logs().await, before, "what was refused left something behind");
    assert_eq!(without, NO_BODY.into_iter().collect());
    assert_eq!(untried, [""; 0], "nothing bad can be said to these");
}
