//! The OpenAPI document, made from the same registration as the server: what is not registered is not documented, and
//! the other way round. What holds for every operation is added here, so that no operation can forget it.

use std::{collections::BTreeSet, fs, io, path::Path};

use actix_web::App;
use utoipa::{
    PartialSchema,
    openapi::{
        Components, Contact, Header, InfoBuilder, License, ObjectBuilder, OpenApi, OpenApiVersion, Ref, RefOr,
        Required, ServerBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        schema::{AdditionalProperties, ArrayItems, Schema, SchemaFormat, SchemaType, Type},
        security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme},
        tag::TagBuilder,
    },
};
use utoipa_actix_web::AppExt;

use crate::{
    app::action,
    http::{
        glossary,
        harden::API_VERSION,
        input::InputError,
        once,
        problem::ProblemView,
        reason::{ArticleView, MissingView, ReasonView},
        response, v1,
    },
};

/// Where the checked-in document says that the service is.
const EXAMPLE_BASE: &str = "https://sluis.example";

/// Where tokens are given out, behind our public address.
pub const TOKEN_PATH: &str = "/oidc/token";

/// The document of a service at this address (without a slash at the end).
pub fn document(base: &str) -> OpenApi {
    let (_, registered) = App::new().into_utoipa_app().configure(v1::register).split_for_parts();
    complete(registered, base)
}

/// The checked-in document and the list of operations.
///
/// # Errors
/// When the document cannot be written as JSON.
pub fn render() -> serde_json::Result<(String, String)> {
    let document = document(EXAMPLE_BASE);
    let mut lines: Vec<_> = operations(&document)
        .map(|(method, path, operation)| {
            let id = operation.operation_id.as_deref().unwrap_or("?");
            format!("{method} /v1{path} {id}\n")
        })
        .collect();
    lines.sort();
    Ok((document.to_pretty_json()? + "\n", lines.concat()))
}

/// Writes `openapi.json` and `operations.txt` into a folder.
///
/// # Errors
/// When they cannot be written.
pub fn write(folder: &Path) -> io::Result<()> {
    let (document, operations) = render()?;
    fs::create_dir_all(folder)?;
    fs::write(folder.join("openapi.json"), document)?;
    fs::write(folder.join("operations.txt"), operations)
}

/// All operations with method and path.
pub(super) fn operations(document: &OpenApi) -> impl Iterator<Item = (&'static str, &str, &Operation)> {
    document.paths.paths.iter().flat_map(|(path, item)| {
        let by_method = [
            ("GET", &item.get),
            ("PUT", &item.put),
            ("POST", &item.post),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        by_method
            .into_iter()
            .filter_map(move |(method, operation)| Some((method, path.as_str(), operation.as_ref()?)))
    })
}

fn complete(mut document: OpenApi, base: &str) -> OpenApi {
    document.openapi = OpenApiVersion::Version31;
    document.info = InfoBuilder::new()
        .title("Sluis")
        .version(API_VERSION)
        .description(Some(glossary::description()))
        .contact(Some(contact()))
        .license(Some(licence()))
        .build();
    document.servers = Some(vec![ServerBuilder::new().url(format!("{base}/v1")).build()]);
    document.tags = Some(
        glossary::TAGS
            .iter()
            .map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build())
            .collect(),
    );
    for (path, item) in &mut document.paths.paths {
        let all = [
            ("GET", &mut item.get),
            ("PUT", &mut item.put),
            ("POST", &mut item.post),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ];
        for (method, operation) in all {
            if let Some(operation) = operation {
                complete_operation(operation, once::writes(method, path));
            }
        }
    }
    complete_components(&mut document, base);
    document
}

/// What is absent is left out: an optional field or parameter is never `null` in an answer.
fn without_null(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema_here) = schema else { return };
    match schema_here {
        Schema::Object(object) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let [one, Type::Null] | [Type::Null, one] = types.as_slice()
            {
                object.schema_type = SchemaType::Type(one.clone());
            }
            object.properties.values_mut().for_each(without_null);
        }
        Schema::Array(array) => {
            if let SchemaType::Array(types) = &array.schema_type
                && types.contains(&Type::Array)
            {
                array.schema_type = SchemaType::Type(Type::Array);
            }
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                without_null(items);
            }
        }
        Schema::OneOf(choice) => {
            choice.items.retain(|item| !is_null(item));
            choice.items.iter_mut().for_each(without_null);
            if let [only] = choice.items.as_slice() {
                let mut only = only.clone();
                if let RefOr::Ref(reference) = &mut only {
                    reference.description = choice.description.take().unwrap_or_default();
                }
                *schema = only;
            }
        }
        Schema::AllOf(parts) => parts.items.iter_mut().for_each(without_null),
        _ => {}
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

fn complete_operation(operation: &mut Operation, writes: bool) {
    if writes {
        operation
            .parameters
            .get_or_insert_default()
            .push(idempotency_key().into());
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && let Some(schema) = &mut parameter.schema
        {
            without_null(schema);
        }
    }
    // What needs no token says so.
    operation.security.get_or_insert_default();
    let has_body = operation.request_body.is_some();
    let has_caller = operation.security.as_ref().is_some_and(|security| !security.is_empty());
    for common in response::ALL {
        let applies = match common.name {
            "BadRequest" | "NotAcceptable" | "TooManyRequests" | "Internal" | "Unavailable" => true,
            "Unauthenticated" | "Forbidden" => has_caller,
            "BodyTooLarge" | "UnsupportedMediaType" => has_body,
            // An operation with conflicts of its own names these among them.
            "IdempotencyConflict" | "IdempotencyKeyReused" => writes,
            _ => false,
        };
        if applies {
            for (status, reference) in response::reference(common) {
                operation.responses.responses.entry(status).or_insert(reference);
            }
        }
    }
    for (status, answer) in &mut operation.responses.responses {
        let RefOr::T(answer) = answer else { continue };
        answer.headers.insert(
            "API-Version".to_owned(),
            RefOr::Ref(Ref::new("#/components/headers/API-Version")),
        );
        if writes && status.starts_with('2') {
            answer.headers.insert(
                "Idempotency-Replayed".to_owned(),
                RefOr::Ref(Ref::new("#/components/headers/Idempotency-Replayed")),
            );
        }
        if status == "201" {
            answer.headers.insert(
                "Location".to_owned(),
                RefOr::Ref(Ref::new("#/components/headers/Location")),
            );
        }
    }
}

/// The schema of the request body; a field that it does not name is refused.
fn body_schema(operation: &Operation) -> Option<String> {
    let RefOr::T(body) = operation.request_body.as_ref()? else {
        return None;
    };
    let RefOr::T(content) = body.content.values().next()? else {
        return None;
    };
    match content.schema.as_ref()? {
        RefOr::Ref(reference) => reference
            .ref_location
            .strip_prefix("#/components/schemas/")
            .map(str::to_owned),
        RefOr::T(_) => None,
    }
}

fn complete_components(document: &mut OpenApi, base: &str) {
    let used: BTreeSet<_> = operations(document)
        .flat_map(|(_, _, operation)| operation.responses.responses.values())
        .filter_map(|answer| match answer {
            RefOr::Ref(reference) => reference.ref_location.strip_prefix("#/components/responses/"),
            RefOr::T(_) => None,
        })
        .map(str::to_owned)
        .collect();
    let bodies: BTreeSet<_> = operations(document)
        .filter_map(|(_, _, operation)| body_schema(operation))
        .collect();
    let components = document.components.get_or_insert_with(Components::new);
    for answer in response::ALL.iter().filter(|answer| used.contains(answer.name)) {
        components
            .responses
            .insert(answer.name.to_owned(), answer.component().into());
    }
    components.schemas.insert("Problem".to_owned(), ProblemView::schema());
    components.schemas.insert("InputError".to_owned(), InputError::schema());
    components.schemas.insert("Reason".to_owned(), ReasonView::schema());
    components.schemas.insert("Article".to_owned(), ArticleView::schema());
    components.schemas.insert("Missing".to_owned(), MissingView::schema());
    for (name, schema) in &mut components.schemas {
        without_null(schema);
        if let (true, RefOr::T(Schema::Object(object))) = (bodies.contains(name), schema) {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
    components.headers.insert(
        "API-Version".to_owned(),
        header("The full version of the API", API_VERSION, None).into(),
    );
    components.headers.insert(
        "Location".to_owned(),
        header(
            "The address of what was made",
            "/v1/schools/01990a3e-7c00-7000-8000-000000000001",
            Some("uri-reference"),
        )
        .into(),
    );
    components.headers.insert(
        "Idempotency-Replayed".to_owned(),
        header(
            "`true` when this answer was given before to the same write",
            "true",
            None,
        )
        .into(),
    );
    let scopes: Vec<_> = action::ALL
        .iter()
        .map(|action| (action.name.to_owned(), action.meaning.to_owned()))
        .collect();
    let flow = ClientCredentials::new(format!("{base}{TOKEN_PATH}"), Scopes::from_iter(scopes));
    components.security_schemes.insert(
        "bearer".to_owned(),
        RefOr::T(SecurityScheme::OAuth2(OAuth2::with_description(
            [Flow::ClientCredentials(flow)],
            "An access token (RFC 9068) from the client credentials grant with `private_key_jwt` (RFC 7523), sent in the \
             `Authorization` header. What a client may do follows from what it was registered for; the scopes here name \
             the action that each operation needs.",
        ))),
    );
}

/// The key by which a write may be sent again.
fn idempotency_key() -> Parameter {
    let text = "Names this write: sent again with the same key within 24 hours it is not done again, and its answer is \
                given again. A key of your own choice for each write, at best a random UUID.";
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(once::LONGEST))
        .build();
    ParameterBuilder::new()
        .name(once::KEY)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(text))
        .schema(Some(schema))
        .example(Some("8e03978e-40d5-43dd-bc93-6894a57f9324".into()))
        .build()
}

fn header(description: &str, example: &str, format: Option<&str>) -> Header {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(format.map(|format| SchemaFormat::Custom(format.to_owned())))
        .build();
    let mut header = Header::new(schema);
    header.description = Some(description.to_owned());
    header.example = Some(example.into());
    header
}

fn contact() -> Contact {
    let mut contact = Contact::new();
    contact.name = Some("The maintainers of Sluis".to_owned());
    contact.url = Some(EXAMPLE_BASE.to_owned());
    contact.email = Some("api@sluis.example".to_owned());
    contact
}

fn licence() -> License {
    let mut licence = License::new("European Union Public Licence 1.2");
    licence.identifier = Some("EUPL-1.2".to_owned());
    licence
}
