//! The OpenAPI document and the authorization of every operation in it.

use std::{collections::BTreeSet, fs, path::Path};

use actix_web::{http::Method, test::TestRequest};
use serde_json::Value;

use super::{ask, with_role};
use crate::{
    app::{action, caller::RoleKind},
    http::{authentication::is_on_record, glossary, openapi},
};

fn document() -> Value {
    serde_json::from_str(&openapi::render().unwrap().0).unwrap()
}

/// Method, path and operation of each operation.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
        })
        .collect()
}

#[test]
fn the_checked_in_files_are_those_of_the_router() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi");
    let (document, operations) = openapi::render().unwrap();
    for (name, rendered) in [("openapi.json", document), ("operations.txt", operations)] {
        let checked_in = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(
            checked_in == rendered,
            "`openapi/{name}` is out of date: run `cargo run -- openapi --write`"
        );
    }
}

#[test]
fn every_operation_says_what_the_design_rules_ask() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["servers"][0]["url"].as_str().unwrap().ends_with("/v1"));
    let tags: BTreeSet<_> = glossary::TAGS.iter().map(|(name, _)| *name).collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "`{id}` stands twice");
        assert!(operation["summary"].is_string(), "`{id}` has no summary");
        assert!(
            tags.contains(operation["tags"][0].as_str().unwrap()),
            "`{id}` has an unknown tag"
        );
        assert!(!path.ends_with('/') && path.starts_with('/'), "`{path}`");
        let told: BTreeSet<_> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| format!("{{{}}}", parameter["name"].as_str().unwrap()))
            .collect();
        let there: BTreeSet<_> = path.split('/').filter(|segment| segment.starts_with('{')).collect();
        assert_eq!(
            told.iter().map(String::as_str).collect::<BTreeSet<_>>(),
            there,
            "`{id}`"
        );
        assert!(
            operation["security"].is_array(),
            "`{id}` does not say whether it needs a token"
        );
        if operation["responses"].get("201").is_some() {
            // What is made has an address, and `Location` names it.
            let made = id.strip_suffix("_create").unwrap();
            // Whatever is opened in it, a matter is one kind of thing.
            let is_matter = operation["tags"][0] == "matters";
            let (view, at) = match is_matter {
                true => ("matter_view".to_owned(), "/matters/{".to_owned()),
                false => (format!("{made}_view"), format!("{path}/{{")),
            };
            let found = operations(&document)
                .into_iter()
                .find(|(_, _, other)| other["operationId"] == view);
            let (method, address, _) = found.unwrap_or_else(|| panic!("`{id}` has no `{view}`"));
            assert!(method == "GET" && address.starts_with(&at), "`{address}`");
        }
        for segment in path.split('/').filter(|segment| !segment.starts_with('{')) {
            let kebab = segment
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
            assert!(kebab && !segment.trim_start_matches('_').contains('_'), "`{path}`");
        }
        let responses = operation["responses"].as_object().unwrap();
        for status in ["400", "406", "429", "500", "503"] {
            assert!(responses.contains_key(status), "`{id}` lacks {status}");
        }
        for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['2', '3'])) {
            assert!(response["headers"]["API-Version"].is_object(), "`{id}` {status}");
            assert!(!response["description"].as_str().unwrap().is_empty(), "`{id}` {status}");
        }
        assert_eq!(
            operation["requestBody"].is_object(),
            responses.contains_key("415"),
            "`{method} {path}`"
        );
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    fn collect(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    if let (true, Some(reference)) = (name == "$ref", value.as_str()) {
                        into.insert(reference.trim_start_matches('#').to_owned());
                    }
                    collect(value, into);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
            _ => {}
        }
    }
    let document = document();
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    for reference in &references {
        assert!(document.pointer(reference).is_some(), "`{reference}` leads nowhere");
    }
    for kind in ["responses", "schemas"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            assert!(
                references.contains(&format!("/components/{kind}/{name}")),
                "`{name}` is not used"
            );
        }
    }
}

/// What needs no token. This list only shrinks.
const PUBLIC: [&str; 6] = [
    "attribute_set_list",
    "checkpoint_list",
    "consistency_view",
    "data_category_list",
    "purpose_list",
    "verifier_key_view",
];

#[test]
fn every_operation_is_in_the_table_or_public_and_every_action_is_asked_for() {
    let document = document();
    let (mut public, mut asked) = (BTreeSet::new(), BTreeSet::new());
    for (_, _, operation) in operations(&document) {
        match operation["security"][0]["bearer"][0].as_str() {
            Some(action) => asked.insert(action),
            None => public.insert(operation["operationId"].as_str().unwrap()),
        };
    }
    assert_eq!(public, BTreeSet::from(PUBLIC));
    assert_eq!(asked, action::ALL.iter().map(|action| action.name).collect());
}

/// Each operation asks for the action that its document names, and lets in exactly the roles that the table ticks.
#[actix_web::test]
async fn roles_reach_exactly_what_the_table_ticks() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let Some(scope) = operation["security"][0]["bearer"][0].as_str() else {
            continue;
        };
        let action = action::ALL.iter().find(|action| action.name == scope);
        let action = action.unwrap_or_else(|| panic!("`{id}` names `{scope}`, which is no action"));
        let request = || {
            let address: String = path
                .split('/')
                .skip(1)
                .map(|segment| match segment.starts_with('{') {
                    true => "/01990a3e-7c00-7000-8000-000000000001".to_owned(),
                    false => format!("/{segment}"),
                })
                .collect();
            // Nobody's input is looked at before we know who it is.
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            TestRequest::with_uri(&format!("/v1{address}"))
                .method(method)
                .set_payload("{")
        };
        ask(request()).await.problem(401, "unauthenticated");
        for role in RoleKind::ALL {
            let reply = ask(with_role(request(), role)).await;
            if (action.permits)(role) {
                let refused = reply.text().contains("role_not_permitted");
                assert!(!refused, "`{id}` must be open to `{}`", role.as_str());
            } else {
                reply.problem(403, "role_not_permitted");
            }
        }
    }
}

/// A client is remembered for those actions alone that find out by themselves whether it was revoked.
#[test]
fn a_client_is_remembered_where_a_record_finds_its_revocation() {
    let document = document();
    let mut remembered = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let action = operation["security"][0]["bearer"][0].as_str();
        let entry = action::ALL.iter().find(|entry| Some(entry.name) == action);
        let path = format!(
            "/v1{}",
            path.replace("{school}", "01990a3e-7c00-7000-8000-000000000002")
        );
        let is_remembered = is_on_record(&method.parse().unwrap(), &path);
        assert_eq!(
            is_remembered,
            entry.is_some_and(|entry| entry.on_record),
            "{method} {path}"
        );
        remembered.extend(entry.filter(|_| is_remembered).map(|entry| entry.name));
    }
    assert_eq!(
        remembered,
        BTreeSet::from(["account.resolve", "decision.create", "learner.search"])
    );
}
