//! The document and the service agree: for every operation and every role over real HTTP, each answer is one that is
//! documented, and each body is read as its schema says.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops where something is not as it must be"
)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use sluis::app::{
    action,
    caller::{Role, RoleKind},
    organise::{BoardCreate, ProductCreate, SchoolCreate, SupplierCreate},
};
use sluis_core::{agreement::SupplierKind, identifier::Brin6};
use sluis_test_kit::service::{Service, nobody};

/// A service with a party and a token for each role.
struct World {
    service: Service,
    tokens: BTreeMap<RoleKind, String>,
    document: Value,
}

/// One operation of the document.
struct Operation<'a> {
    id: &'a str,
    method: String,
    path: String,
    told: &'a Value,
}

/// What a schema says of an object.
#[derive(Default)]
struct Fields {
    required: BTreeSet<String>,
    examples: Map<String, Value>,
}

impl World {
    async fn start() -> Self {
        let service = Service::start().await;
        let board = service.app.board_create(
            None,
            BoardCreate {
                name: "De Baken".to_owned(),
                oin: None,
            },
        );
        let board = board.await.unwrap().id;
        let school = service.app.school_create(
            None,
            SchoolCreate {
                board,
                name: "De Vuurtoren".to_owned(),
                brin: Brin6::parse("98ZZ00").unwrap(),
                oin: None,
                rio: None,
                digi_delivery_id: None,
            },
        );
        let school = school.await.unwrap().id;
        let mut roles = vec![Role::Operator, Role::Board(board), Role::School(school)];
        for kind in [SupplierKind::Supplier, SupplierKind::Distributor] {
            let supplier = service.app.supplier_create(
                None,
                SupplierCreate {
                    name: "Rekenrijk".to_owned(),
                    kind,
                    oin: None,
                },
            );
            let supplier = supplier.await.unwrap().id;
            let product = service.app.product_create(
                None,
                ProductCreate {
                    supplier,
                    name: "Rekenrijk 7".to_owned(),
                },
            );
            let product = product.await.unwrap().id;
            roles.push(match kind {
                SupplierKind::Supplier => Role::Supplier { supplier, product },
                SupplierKind::Distributor => Role::Distributor { supplier, product },
            });
        }
        let mut tokens = BTreeMap::new();
        for role in roles {
            let client = service.register(role, &[]).await;
            tokens.insert(role.kind(), service.token(&client, None).await);
        }
        let document = service.get("/v1/openapi.json").send().await.unwrap();
        Self {
            document: document.json().await.unwrap(),
            service,
            tokens,
        }
    }

    /// All operations.
    fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.document["paths"].as_object().unwrap().iter();
        paths
            .flat_map(|(path, item)| {
                let operations = item.as_object().unwrap().iter();
                operations.map(move |(method, told)| Operation {
                    id: told["operationId"].as_str().unwrap(),
                    method: method.to_uppercase(),
                    path: address(path),
                    told,
                })
            })
            .collect()
    }

    /// Does it in a role, with a body if there is one.
    async fn answer(&self, operation: &Operation<'_>, role: RoleKind, body: Option<&Value>) -> (u16, Value) {
        let request = match operation.method.as_str() {
            "GET" => self.service.get(&operation.path),
            "POST" => self.service.post(&operation.path),
            method => unreachable!("`{method}` is not known here yet"),
        };
        let request = request.bearer_auth(&self.tokens[&role]);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    /// What the schema of the body says, if the operation has one.
    fn body_of(&self, operation: &Operation<'_>) -> Option<Fields> {
        let schema = &operation.told["requestBody"]["content"]["application/json"]["schema"];
        let mut fields = Fields::default();
        self.collect(schema, &mut fields);
        schema.is_object().then_some(fields)
    }

    /// The fields of an object, also of one that is put together from several.
    fn collect(&self, schema: &Value, fields: &mut Fields) {
        if let Some(reference) = schema["$ref"].as_str() {
            let named = self.document.pointer(reference.trim_start_matches('#'));
            return self.collect(named.unwrap(), fields);
        }
        let parts = schema["allOf"].as_array().into_iter().flatten();
        parts.for_each(|part| self.collect(part, fields));
        let required = schema["required"].as_array().into_iter().flatten();
        let required = required.map(|name| name.as_str().unwrap().to_owned());
        fields.required.extend(required);
        let properties = schema["properties"].as_object().into_iter().flatten();
        for (name, property) in properties {
            let example = property["examples"].get(0).or(property.get("example"));
            fields
                .examples
                .insert(name.clone(), example.cloned().unwrap_or_default());
        }
    }
}

/// A path with ids that nobody has.
fn address(path: &str) -> String {
    let segments = path.split('/').skip(1).map(|segment| match segment.starts_with('{') {
        true => format!("/{}", nobody()),
        false => format!("/{segment}"),
    });
    format!("/v1{}", segments.collect::<String>())
}

/// A role that may ask for this operation.
fn permitted(operation: &Operation<'_>) -> RoleKind {
    let scope = operation.told["security"][0]["bearer"][0].as_str().unwrap();
    let action = action::ALL.iter().find(|action| action.name == scope).unwrap();
    RoleKind::ALL.into_iter().find(|role| (action.permits)(*role)).unwrap()
}

/// The fields at which there are errors with this code.
fn fields_with(answer: &Value, code: &str) -> BTreeSet<String> {
    let errors = answer["errors"].as_array().into_iter().flatten();
    errors
        .filter(|error| error["code"] == code)
        .filter_map(|error| Some(error["pointer"].as_str()?.trim_start_matches('/').to_owned()))
        .collect()
}

#[actix_web::test]
async fn every_answer_is_one_that_is_documented() {
    let world = World::start().await;
    for operation in world.operations() {
        let example = world.body_of(&operation).map(|fields| fields.examples.into());
        for role in RoleKind::ALL {
            let (status, answer) = world.answer(&operation, role, example.as_ref()).await;
            let documented = operation.told["responses"].as_object().unwrap();
            let told = format!("`{}` answers `{}` {status}: {answer}", operation.id, role.as_str());
            assert!(documented.contains_key(&status.to_string()), "{told}");
            assert!(status < 500, "{told}");
            if status >= 400 {
                assert!(answer["code"].is_string() && answer["traceId"].is_string(), "{told}");
            }
        }
    }
}

#[actix_web::test]
async fn every_body_is_read_as_its_schema_says() {
    let world = World::start().await;
    for operation in world.operations() {
        let Some(fields) = world.body_of(&operation) else {
            continue;
        };
        let role = permitted(&operation);
        let (status, answer) = world.answer(&operation, role, Some(&json!({}))).await;
        assert_eq!(
            fields_with(&answer, "missing"),
            fields.required,
            "`{}`: {status}",
            operation.id
        );

        // What is in the schema is known, what is not is refused; all of it at once.
        let mut all = fields.examples;
        all.values_mut()
            .for_each(|value| *value = json!({ "surely": ["not", "this"] }));
        all.insert("surplus".to_owned(), json!(1));
        let (status, answer) = world.answer(&operation, role, Some(&all.into())).await;
        assert_eq!(status, 400, "`{}`: {answer}", operation.id);
        let unknown = fields_with(&answer, "unknown_field");
        let here: Vec<_> = unknown.iter().filter(|field| !field.contains('/')).collect();
        assert_eq!(here, ["surplus"], "`{}`", operation.id);
    }
}
